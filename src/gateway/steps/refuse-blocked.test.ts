import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseBlocked } from '#gateway/steps/refuse-blocked.ts';
import { authorized, fakeGateway } from '#test/fakes/gateway.ts';

test('a message that masking blocks is refused with what was found, any other goes on as it is', async () => {
  const gateway = fakeGateway();
  const call = await authorized(gateway);
  const passed = refuseBlocked(call, gateway);
  assert.ok(passed.ok);
  assert.equal(passed.value, call);
  const findings = [{ rule: 'email', type: 'EMAIL_ADDRESS', pointer: '/params/arguments/to', count: 1 }];
  const blocked = refuseBlocked({ ...call, masked: { ...call.masked, isBlocked: true, findings } }, gateway);
  assert.deepEqual(blocked, {
    ok: false,
    error: { code: 'denied', reason: 'masking_block', executed: 'no', findings },
  });
});
