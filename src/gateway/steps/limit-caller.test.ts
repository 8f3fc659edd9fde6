import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { err, ok } from '#result.ts';
import { EVE_TOKEN, fakeGateway, GRACE_TOKEN, identified, must, repliedOf } from '#test/fakes/gateway.ts';

test('one caller with too many calls on the way is refused, another is not', async () => {
  const gateway = fakeGateway({ limits: { callsInFlightPerCaller: 1 } });
  const first = await identified(gateway);
  assert.equal(limitCaller(first, gateway).ok, true);
  const second = limitCaller(await identified(gateway), gateway);
  assert.deepEqual(second, {
    ok: false,
    error: {
      code: 'rate_limited',
      reason: 'calls_in_flight_per_caller',
      retryAfterMs: 1_000,
      quota: { policy: 'caller-calls', size: 1, unit: 'concurrent-requests', windowMs: undefined },
    },
  });
  assert.equal(limitCaller(await identified(gateway, { token: EVE_TOKEN }), gateway).ok, true);
  gateway.admission.leave(first.id);
  assert.equal(limitCaller(await identified(gateway), gateway).ok, true);
});

test('a caller over the calls of a minute is refused wherever it calls from, another is not', async () => {
  const gateway = fakeGateway({ limits: { callerCallsPerMinute: 30, callerCallsBurst: 2 } });
  assert.equal(limitCaller(await identified(gateway), gateway).ok, true);
  assert.equal(limitCaller(await identified(gateway, { peer: '198.51.100.1' }), gateway).ok, true);
  assert.deepEqual(limitCaller(await identified(gateway, { peer: '198.51.100.2' }), gateway), {
    ok: false,
    error: {
      code: 'rate_limited',
      reason: 'caller_rate',
      retryAfterMs: 2_000,
      quota: { policy: 'caller', size: 2, unit: 'requests', windowMs: 4_000 },
    },
  });
  assert.equal(limitCaller(await identified(gateway, { token: EVE_TOKEN }), gateway).ok, true);
  gateway.advance(2_000);
  assert.equal(limitCaller(await identified(gateway), gateway).ok, true);
});

test('a caller with all its streams open begins no further call', async () => {
  const gateway = fakeGateway({ limits: { streamsPerCaller: 1 } });
  const first = await identified(gateway);
  limitCaller(first, gateway);
  gateway.admission.streams(first.id);
  const second = limitCaller(await identified(gateway), gateway);
  assert.deepEqual(second.ok ? {} : [second.error.code, second.error.reason], ['rate_limited', 'streams_per_caller']);
  gateway.admission.leave(first.id);
  assert.equal(limitCaller(await identified(gateway), gateway).ok, true);
});

test('a source with a verified caller is heard longer', async () => {
  const gateway = fakeGateway({ limits: { refusalsPerSourcePerWindow: 1, refusalsPerKnownSourcePerWindow: 2 } });
  gateway.quotas.sources.refused('203.0.113.9', 0);
  assert.ok(gateway.quotas.sources.unheardMs('203.0.113.9', 0) > 0);
  gateway.advance(60_000);
  limitCaller(await identified(gateway), gateway);
  gateway.quotas.sources.refused('203.0.113.9', 60_000);
  assert.equal(gateway.quotas.sources.unheardMs('203.0.113.9', 60_000), 0);
});

test('calls of whoever is nobody any more are cut, once, and those of others go on', async () => {
  const gateway = fakeGateway();
  const ada = must(limitCaller(await identified(gateway), gateway));
  const grace = must(limitCaller(await identified(gateway, { token: GRACE_TOKEN }), gateway));
  gateway.identity.rechecking = (verified) => (verified.caller.subject === 'ada' ? err('revoked') : ok(verified));
  gateway.admission.endOver();
  gateway.admission.endOver();
  assert.deepEqual([ada.cut.signal.aborted, grace.cut.signal.aborted], [true, false]);
  assert.deepEqual([repliedOf(ada).dropped, repliedOf(grace).dropped], [1, 0]);
});
