import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAnswer, spendBudget } from '#gateway/steps/spend-budget.ts';
import { approved, fakeGateway, GRACE_TOKEN } from '#test/fakes/gateway.ts';

const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };

test('a call within the budget goes on as it was, one beyond it is refused with the time of the next', async () => {
  const gateway = fakeGateway({ budget: { callsPerHour: 1 } });
  const call = await approved(gateway);
  assert.deepEqual(spendBudget(call, gateway), { ok: true, value: call });
  gateway.advance(30_000);
  assert.deepEqual(spendBudget(await approved(gateway), gateway), {
    ok: false,
    error: {
      code: 'rate_limited',
      reason: 'connection_calls_per_hour',
      retryAfterMs: 61 * 60_000 - 30_000,
      quota: { policy: 'connection', size: 1, unit: 'requests', windowMs: 3_600_000 },
    },
  });
  const note = spendBudget(await approved(gateway, { message: notification }), gateway);
  assert.equal(note.ok, true, 'a notification is no call');
  gateway.advance(61 * 60_000);
  assert.equal(spendBudget(await approved(gateway), gateway).ok, true);
});

test('one caller over its share is refused, another is not', async () => {
  const gateway = fakeGateway({ budget: { perCaller: { callsPerHour: 1 } } });
  assert.equal(spendBudget(await approved(gateway), gateway).ok, true);
  const second = spendBudget(await approved(gateway), gateway);
  assert.equal(second.ok ? '' : second.error.reason, 'connection_calls_per_hour_per_caller');
  assert.equal(spendBudget(await approved(gateway, { token: GRACE_TOKEN }), gateway).ok, true);
});

test('a message that is larger than the rest is refused, an answer is counted', async () => {
  const gateway = fakeGateway({ budget: { bytesPerHour: 500 } });
  const call = await approved(gateway);
  assert.equal(spendBudget(call, gateway).ok, true);
  countAnswer(call, 500, gateway);
  const next = spendBudget(await approved(gateway, { message: notification }), gateway);
  assert.equal(next.ok ? '' : next.error.reason, 'connection_bytes_per_hour');
});

test('without a budget nothing is counted', async () => {
  const gateway = fakeGateway();
  const call = await approved(gateway);
  for (let at = 0; at < 100; at += 1) assert.equal(spendBudget(call, gateway).ok, true);
  countAnswer(call, 1e12, gateway);
  assert.equal(gateway.quotas.connections.size, 0);
});
