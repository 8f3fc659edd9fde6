import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorized } from '#gateway/call.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';

test("an allowed call needs nobody's approval", async () => {
  const result = awaitApproval(await authorized(fakeGateway()));
  assert.equal(result.ok && result.value.approval, undefined);
  assert.equal(result.ok, true);
});

test('a held call is refused as long as nobody can be asked', async () => {
  const result = awaitApproval(await authorized(fakeGateway(), { message: toolCall('delete_note') }));
  assert.ok(!result.ok);
  assert.deepEqual([result.error.code, result.error.reason], ['approval_required', 'held_by_rule']);
});

test('a denied call does not pass even if it came this far', async () => {
  const call = await authorized(fakeGateway());
  const denied: Authorized = { ...call, decision: { ...call.decision, effect: 'deny', reason: 'denied_by_rule' } };
  const result = awaitApproval(denied);
  assert.equal(result.ok ? '' : result.error.code, 'denied');
});
