import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#gateway/binding-place.ts';
import { authorize } from '#gateway/steps/authorize.ts';
import { followBinding } from '#gateway/steps/follow-binding.ts';
import type { MadeId } from '#mcp/made-ids.ts';
import { fakeGateway, GRACE_TOKEN, parsed, requestMasked, toolCall } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';

const TASK: MadeId = { kind: 'task', id: 't', ttlMs: undefined };
const STATE: MadeId = { kind: 'state', id: 's' };
const request = (method: string, params: object): Ask => ({ message: { jsonrpc: '2.0', id: 1, method, params } });
const retry = (name: string, more: Ask = {}): Ask => ({
  message: { ...toolCall(name), params: { name, requestState: 's', inputResponses: {} } },
  ...more,
});

/** As when the answer to a call of Ada made it. */
async function made(gateway: FakeGateway, by: Ask, id: MadeId, name = 'get_note'): Promise<void> {
  const call = await parsed(gateway, by);
  const bound = await gateway.bindings.bind(placeOf(call), id, { call: 'maker', method: 'tools/call', name });
  assert.ok(bound.ok);
}

async function said(gateway: FakeGateway, ask: Ask): Promise<unknown> {
  const result = followBinding(await parsed(gateway, ask), gateway);
  return result.ok ? (result.value.follows ?? 'nothing') : `${result.error.code} ${result.error.reason}`;
}

const MAKER = { call: 'maker', method: 'tools/call', name: 'get_note' };

test('what is said of a task follows the call that made it, for its caller alone', async () => {
  const gateway = fakeGateway();
  await made(gateway, {}, TASK);
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update']) {
    const ask = request(method, { taskId: 't' });
    assert.deepEqual(await said(gateway, ask), [MAKER], method);
    assert.equal(await said(gateway, { ...ask, token: GRACE_TOKEN }), 'unknown_task foreign', method);
    assert.equal(await said(gateway, { ...ask, connection: 'process' }), 'unknown_task unknown', method);
    assert.equal(await said(gateway, request(method, { taskId: 'other' })), 'unknown_task unknown', method);
  }
});

test('to be told of tasks each must be the caller’s', async () => {
  const gateway = fakeGateway();
  await made(gateway, {}, TASK);
  const listen = (...taskIds: string[]): Ask => request('subscriptions/listen', { notifications: { taskIds } });
  assert.deepEqual(await said(gateway, listen('t')), [MAKER]);
  assert.equal(await said(gateway, listen('t', 'other')), 'unknown_task unknown');
  assert.equal(await said(gateway, { ...listen('t'), token: GRACE_TOKEN }), 'unknown_task foreign');
  assert.equal(await said(gateway, listen()), 'nothing');
});

test('a state is taken back from its caller for the call it was given for, and one never seen goes up', async () => {
  const gateway = fakeGateway();
  await made(gateway, {}, STATE);
  assert.deepEqual(await said(gateway, retry('get_note')), [MAKER]);
  assert.equal(await said(gateway, retry('get_other')), 'invalid_state of_another_call');
  assert.equal(await said(gateway, retry('get_note', { token: GRACE_TOKEN })), 'invalid_state of_another_call');
  assert.equal(await said(gateway, retry('get_note', { connection: 'process' })), 'invalid_state of_another_call');
  const tampered = { ...toolCall(), params: { name: 'get_note', requestState: 's2' } };
  assert.deepEqual(await said(gateway, { message: tampered }), []);
});

test('an ordinary call asks nothing of the store, and what cannot be looked up is refused', async () => {
  const gateway = fakeGateway();
  gateway.bindingStore.failing.add('find');
  assert.equal(await said(gateway, {}), 'nothing');
  assert.equal(await said(gateway, request('tasks/list', {})), 'nothing');
  assert.equal(await said(gateway, request('tasks/get', { taskId: 't' })), 'bindings_unavailable the disk is gone');
  assert.equal(await said(gateway, retry('get_note')), 'bindings_unavailable the disk is gone');
});

test('a task is permitted exactly as long as its call is', async () => {
  const gateway = fakeGateway();
  const effectOf = async (name: string): Promise<string> => {
    await made(gateway, {}, { ...TASK, id: name }, name);
    const result = authorize(await requestMasked(gateway, request('tasks/get', { taskId: name })), gateway);
    return result.ok ? result.value.decision.effect : `${result.error.code} ${result.error.reason}`;
  };
  assert.equal(await effectOf('get_note'), 'allow');
  assert.equal(await effectOf('get_root'), 'denied denied_by_level');
  assert.equal(await effectOf('put_note'), 'denied not_permitted');
  // Held when it was made: the person has said yes by then.
  assert.equal(await effectOf('delete_note'), 'allow');
});
