import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limit } from '#gateway/steps/limit.ts';
import { ADA_TOKEN, fakeGateway, received } from '#test/fakes/gateway.ts';
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

test('a source over its rate is refused until it has a request again, and told when; another source is not', () => {
  const gateway = fakeGateway({ limits: { sourceRequestsPerSecond: 2, sourceRequestsBurst: 1 } });
  assert.equal(limit(received(gateway, { peer: '2001:db8::1' }), gateway).ok, true);
  assert.deepEqual(limit(received(gateway, { peer: '2001:db8::2' }), gateway), {
    ok: false,
    error: {
      code: 'rate_limited',
      reason: 'source_rate',
      retryAfterMs: 500,
      quota: { policy: 'source', size: 1, unit: 'requests', windowMs: 500 },
    },
  });
  assert.equal(limit(received(gateway, { peer: '2001:db8:0:1::2' }), gateway).ok, true);
  gateway.advance(500);
  assert.equal(limit(received(gateway, { peer: '2001:db8::2' }), gateway).ok, true);
  assert.equal(gateway.admission.inFlight(), 3);
});

test('a source of refused tokens waits for its window to pass; a token known to be good passes all the same', () => {
  const gateway = fakeGateway({ limits: { refusalsPerSourcePerWindow: 1, refusalWindowMs: 1_000 } });
  const ask = (token: string) => limit(received(gateway, { token }), gateway);
  gateway.quotas.sources.refused('203.0.113.9', 0);
  gateway.advance(400);
  assert.deepEqual(ask('guess'), {
    ok: false,
    error: {
      code: 'rate_limited',
      reason: 'source_refusals',
      retryAfterMs: 600,
      quota: { policy: 'source-refusals', size: 1, unit: 'requests', windowMs: 1_000 },
    },
  });
  assert.equal(gateway.identity.asked.length, 0);
  assert.equal(ask(ADA_TOKEN).ok, true);
  const twice = received(gateway, { headers: { Authorization: [`Bearer ${ADA_TOKEN}`, 'Bearer guess'] } });
  assert.equal(limit(twice, gateway).ok, false);
  gateway.advance(600);
  assert.equal(ask('guess').ok, true);
});
