import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { madeBy, requestStateOf, taskOfServerMessage } from '#mcp/made-ids.ts';

function message(value: object): Message {
  const doc = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })), { depth: 64, nodes: 1_000 });
  assert.ok(doc.ok);
  const read = readMessage(doc.value);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

function made(result: object, method = 'tools/call', params: object = { name: 'a' }) {
  const asked = message({ id: 1, method, params });
  const answer = message({ id: 1, result });
  assert.ok(asked.kind === 'request' && answer.kind === 'response');
  return madeBy(asked, answer);
}

test('a task is made by its flat form, by the one of 2025-11-25, and keeps what the server says of its life', () => {
  assert.deepEqual(made({ resultType: 'task', taskId: 't1', ttlMs: 60_000, status: 'working' }), {
    kind: 'task',
    id: 't1',
    ttlMs: 60_000,
  });
  assert.deepEqual(made({ task: { taskId: 't2', ttl: 1.5, status: 'working' } }), {
    kind: 'task',
    id: 't2',
    ttlMs: 1.5,
  });
  for (const ttl of [null, -1, 'x', undefined])
    assert.deepEqual(made({ task: { taskId: 't', ttl } }), { kind: 'task', id: 't', ttlMs: undefined });
});

test('a state is made by a result that wants input', () => {
  assert.deepEqual(made({ resultType: 'input_required', requestState: 's' }, 'prompts/get'), {
    kind: 'state',
    id: 's',
  });
  assert.equal(made({ resultType: 'input_required', inputRequests: {} }), undefined);
});

test('nothing is made by an ordinary result, by an error, or by an answer about a task', () => {
  assert.equal(made({ content: [], requestState: 's', taskId: 't' }), undefined);
  assert.equal(made({ resultType: 'complete', taskId: 't', requestState: 's' }), undefined);
  assert.equal(made({ resultType: 'task', taskId: 7 }), undefined);
  assert.equal(made({ task: 'x' }), undefined);
  assert.equal(made({ resultType: 'task', taskId: 't' }, 'tasks/get', { taskId: 't' }), undefined);
  const asked = message({ id: 1, method: 'ping' });
  const failed = message({ id: 1, error: { code: 1, message: '', data: { task: { taskId: 't' } } } });
  assert.ok(asked.kind === 'request' && failed.kind === 'response');
  assert.equal(madeBy(asked, failed), undefined);
});

test('the state a request brings back is the one in its params', () => {
  const read = (params: object): string | undefined => {
    const asked = message({ id: 1, method: 'tools/call', params: { name: 'a', ...params } });
    assert.ok(asked.kind === 'request');
    return requestStateOf(asked);
  };
  assert.equal(read({ requestState: 's' }), 's');
  assert.equal(read({ requestState: 7 }), undefined);
  assert.equal(read({ arguments: { requestState: 's' } }), undefined);
});

test('a message of the server is about the task it tells of or names as related', () => {
  const news = { isNews: true };
  for (const method of ['notifications/tasks/status', 'notifications/tasks'])
    assert.deepEqual(taskOfServerMessage(message({ method, params: { taskId: 't' } })), { id: 't', ...news });
  // News of no task at all must not pass as something else.
  assert.deepEqual(taskOfServerMessage(message({ method: 'notifications/tasks/status' })), { id: '', ...news });
  const related = { _meta: { 'io.modelcontextprotocol/related-task': { taskId: 't' } } };
  assert.deepEqual(taskOfServerMessage(message({ id: 1, method: 'elicitation/create', params: related })), {
    id: 't',
    isNews: false,
  });
  assert.equal(taskOfServerMessage(message({ method: 'notifications/progress', params: {} })), undefined);
  assert.equal(taskOfServerMessage(message({ id: 1, result: { taskId: 't' } })), undefined);
});
