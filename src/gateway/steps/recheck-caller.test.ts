import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recheckCaller } from '#gateway/steps/recheck-caller.ts';
import { err } from '#result.ts';
import { approved, fakeGateway } from '#test/fakes/gateway.ts';

test('who became nobody on the way here gets no intent, and who did not goes on', async () => {
  const gateway = fakeGateway();
  const call = await approved(gateway);
  assert.deepEqual(recheckCaller(call, gateway), { ok: true, value: call });
  for (const [fault, reason] of [
    ['revoked', 'revoked'],
    ['expired', 'token_expired'],
  ] as const) {
    gateway.identity.rechecking = () => err(fault);
    assert.deepEqual(recheckCaller(call, gateway), {
      ok: false,
      error: { code: 'unauthenticated', reason, executed: 'no' },
    });
  }
});
