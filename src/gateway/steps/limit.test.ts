import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limit } from '#gateway/steps/limit.ts';
import { fakeGateway, received } from '#test/fakes/gateway.ts';
import { LATCHED } from '#test/fakes/ledger.ts';

test('a call begins when the book takes records and there is room', () => {
  const gateway = fakeGateway();
  assert.equal(limit(received(gateway), gateway).ok, true);
  assert.equal(gateway.admission.inFlight(), 1);
});

test('no call begins while the book takes no records, and the caller may repeat it', () => {
  const gateway = fakeGateway();
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(limit(received(gateway), gateway), {
    ok: false,
    error: { code: 'audit_unavailable', reason: 'latched', retryAfterMs: LATCHED.retryAfterMs, executed: 'no' },
  });
  assert.equal(gateway.admission.inFlight(), 0);
});

test('no call begins beyond the room there is', () => {
  const gateway = fakeGateway({ limits: { callsInFlight: 1 } });
  assert.equal(limit(received(gateway), gateway).ok, true);
  const second = limit(received(gateway), gateway);
  assert.deepEqual(second.ok ? {} : [second.error.code, second.error.reason], ['rate_limited', 'calls_in_flight']);
});

test('no call begins once the gateway drains', () => {
  const gateway = fakeGateway();
  gateway.drain();
  const result = limit(received(gateway), gateway);
  assert.equal(result.ok ? '' : result.error.code, 'stopping');
  assert.equal(gateway.admission.inFlight(), 0);
});
