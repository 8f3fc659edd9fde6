import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#gateway/binding-place.ts';
import { bindAnswer } from '#gateway/steps/bind-answer.ts';
import { fakeGateway, forwarded, GRACE_TOKEN, understood } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';

const answer = (result: object) => ({ jsonrpc: '2.0', id: 1, result });
const TASK = answer({ resultType: 'task', taskId: 't', status: 'working', ttlMs: null });

async function bound(gateway: FakeGateway, message: object, ask: Ask = {}, closed = false): Promise<string> {
  const call = await forwarded(gateway, ask);
  const result = await bindAnswer(understood(gateway, call, message, closed), gateway);
  return result.ok ? 'ok' : `${result.error.code} ${result.error.reason}`;
}

test('a task is bound to the call whose answer made it before the answer goes on', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  assert.ok((await bindAnswer(understood(gateway, call, TASK), gateway)).ok);
  assert.deepEqual(gateway.bindings.findTask(placeOf(call), 't'), {
    ok: true,
    value: { whose: 'own', made: { call: call.id, method: 'tools/call', name: 'get_note' } },
  });
});

test('an id that another caller’s living task has is not given out again', async () => {
  const gateway = fakeGateway();
  assert.equal(await bound(gateway, TASK), 'ok');
  assert.equal(await bound(gateway, TASK, { token: GRACE_TOKEN }), 'upstream_invalid task_id_taken');
});

test('nothing is written for an answer that makes nothing, comes late or answers nothing', async () => {
  const gateway = fakeGateway();
  assert.equal(await bound(gateway, answer({ content: [] })), 'ok');
  assert.equal(await bound(gateway, TASK, {}, true), 'ok');
  assert.equal(await bound(gateway, { ...TASK, id: 7 }), 'ok');
  assert.equal(await bound(gateway, { jsonrpc: '2.0', method: 'notifications/message', params: {} }), 'ok');
  assert.deepEqual(gateway.bindingStore.writes, []);
});

test('an answer whose task or state cannot be kept is withheld', async () => {
  const gateway = fakeGateway();
  gateway.bindingStore.failing.add('write');
  assert.equal(await bound(gateway, TASK), 'bindings_unavailable the disk is gone');
  const state = answer({ resultType: 'input_required', requestState: 's' });
  assert.equal(await bound(gateway, state), 'bindings_unavailable the disk is gone');
  assert.equal(await bound(gateway, answer({ content: [] })), 'ok');
});
