import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#gateway/binding-place.ts';
import type { Followed } from '#gateway/call.ts';
import { followed, fakeGateway, parsed } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { anApprovalRequest } from '#test/fakes/approval.ts';

const HELD =
  '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_note","arguments":{"id":9007199254740993}}}';
const about = (method: string) => ({
  message: { jsonrpc: '2.0', id: 'again', method, params: { taskId: 'gbt_1' } },
});

/** `held`: undefined for a task that the server made. */
async function withTask(held: string | undefined): Promise<FakeGateway> {
  const gateway = fakeGateway();
  const askedMs = gateway.clock();
  await gateway.approvalStore.create(anApprovalRequest({ id: 'apr_1', askedMs, expiresMs: askedMs + 60_000 }));
  const made = {
    call: 'maker',
    method: 'tools/call',
    name: 'get_note',
    approval: 'apr_1',
    ...(held === undefined ? {} : { held }),
  };
  const task = { kind: 'task', id: 'gbt_1', ttlMs: undefined } as const;
  assert.ok((await gateway.bindings.bind(placeOf(await parsed(gateway)), task, made)).ok);
  return gateway;
}
const isServer = (call: Followed, gateway: FakeGateway): boolean =>
  call.connection.upstream === gateway.connections.get('notes')?.upstream;

test('whoever asks for the result makes the call itself, as it was spelled, under the id of their request', async () => {
  const gateway = await withTask(HELD);
  const call = await followed(gateway, about('tasks/result'));
  assert.ok(call.message.kind === 'request');
  assert.equal(call.message.doc.text, HELD.replace('"id":7', '"id":"again"'));
  assert.deepEqual([call.message.method, call.message.name, call.follows], ['tools/call', 'get_note', undefined]);
  assert.equal(isServer(call, gateway), true);
});

test('whatever else is said of it, and once it is over its result too, goes to the gateway', async () => {
  const gateway = await withTask(HELD);
  for (const method of ['tasks/get', 'tasks/cancel'])
    assert.equal(isServer(await followed(gateway, about(method)), gateway), false, method);
  gateway.advance(60_000);
  const over = await followed(gateway, about('tasks/result'));
  assert.ok(over.message.kind === 'request' && over.message.method === 'tasks/result');
  assert.equal(isServer(over, gateway), false);
});

test('a task of the server is the server’s, also of a call that needed a yes', async () => {
  const gateway = await withTask(undefined);
  for (const method of ['tasks/get', 'tasks/result']) {
    const call = await followed(gateway, about(method));
    assert.equal(call.message.kind === 'request' && call.message.method, method);
    assert.equal(isServer(call, gateway), true);
  }
});
