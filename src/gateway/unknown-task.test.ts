import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rpcErrorBody, toWireError } from '#gateway/errors.ts';
import { unknownTask } from '#gateway/unknown-task.ts';
import { fakeGateway, parsed } from '#test/fakes/gateway.ts';

const VERSION = '2026-07-28';

async function said(method: string, era: 'legacy' | 'modern', capabilities: object = {}): Promise<unknown> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const isModern = era === 'modern';
  const call = await parsed(fakeGateway(), {
    headers: isModern ? { 'Mcp-Protocol-Version': VERSION, 'Mcp-Method': method, 'Mcp-Name': 't' } : {},
    message: { jsonrpc: '2.0', id: 1, method, params: { taskId: 't', ...(isModern ? { _meta: meta } : {}) } },
  });
  assert.ok(call.message.kind === 'request');
  const error = toWireError(unknownTask(call, call.message, 'foreign'));
  const body = JSON.parse(rpcErrorBody(error, { idText: '1', method, call: 'c' })) as {
    readonly error: { readonly code: number; readonly data: Readonly<Record<string, unknown>> };
  };
  return [error.status, body.error.code, body.error.data['code'], body.error.data['requiredCapabilities']];
}

const DECLARED = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

test('a task of somebody else is, to a client that knows tasks and in the legacy era, a task that is not there', async () => {
  for (const method of ['tasks/get', 'tasks/cancel']) {
    assert.deepEqual(await said(method, 'modern', DECLARED), [200, -32602, 'unknown_task', undefined]);
    assert.deepEqual(await said(method, 'legacy'), [200, -32602, 'unknown_task', undefined]);
  }
  assert.deepEqual(await said('tasks/result', 'legacy'), [200, -32602, 'unknown_task', undefined]);
});

test('a modern client that did not declare tasks is told which capability it lacks', async () => {
  for (const capabilities of [{}, { extensions: {} }, { extensions: { 'io.modelcontextprotocol/tasks': true } }])
    assert.deepEqual(await said('tasks/update', 'modern', capabilities), [400, -32021, 'missing_capability', DECLARED]);
});

test('a method of tasks that modern revisions dropped is unknown there', async () => {
  assert.deepEqual(await said('tasks/result', 'modern', DECLARED), [404, -32601, 'unknown_method', undefined]);
});
