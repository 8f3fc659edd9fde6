import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { EVE_TOKEN, fakeGateway, identified } from '#test/fakes/gateway.ts';

test('one caller with too many calls on the way is refused, another is not', async () => {
  const gateway = fakeGateway({ limits: { callsInFlightPerCaller: 1 } });
  const first = await identified(gateway);
  assert.equal(limitCaller(first, gateway).ok, true);
  const second = limitCaller(await identified(gateway), gateway);
  assert.deepEqual(second, {
    ok: false,
    error: { code: 'rate_limited', reason: 'calls_in_flight_per_caller', retryAfterMs: 1_000 },
  });
  assert.equal(limitCaller(await identified(gateway, { token: EVE_TOKEN }), gateway).ok, true);
  gateway.admission.leave(first.id);
  assert.equal(limitCaller(await identified(gateway), gateway).ok, true);
});
