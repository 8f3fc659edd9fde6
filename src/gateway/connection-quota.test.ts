import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnectionQuota } from '#gateway/connection-quota.ts';
import type { Budget } from '#gateway/connection-quota.ts';

const by = (caller: string, budget: Budget, connection = 'notes') => ({ connection, budget, caller });

test('calls of all callers count together, calls at another connection do not', () => {
  const quota = createConnectionQuota({ callersBudgeted: 10 });
  const budget = { callsPerHour: 2 };
  assert.equal(quota.spend(by('ada', budget), 1, 10, 0), undefined);
  assert.equal(quota.spend(by('grace', budget), 1, 10, 0), undefined);
  assert.deepEqual(quota.spend(by('eve', budget), 1, 10, 60_000), {
    reason: 'connection_calls_per_hour',
    retryAfterMs: 3_600_000,
    quota: { policy: 'connection', size: 2, unit: 'requests', windowMs: 3_600_000 },
  });
  assert.equal(quota.spend(by('eve', budget, 'other'), 1, 10, 60_000), undefined);
  assert.equal(quota.spend(by('eve', budget), 1, 10, 3_660_000), undefined);
});

test('a caller has a share of its own, and using it up leaves the rest to the others', () => {
  const quota = createConnectionQuota({ callersBudgeted: 10 });
  const budget = { callsPerHour: 10, perCaller: { callsPerHour: 1, bytesPerHour: 100 } };
  assert.equal(quota.spend(by('ada', budget), 1, 60, 0), undefined);
  assert.equal(quota.spend(by('ada', budget), 1, 1, 0)?.reason, 'connection_calls_per_hour_per_caller');
  assert.equal(quota.spend(by('grace', budget), 1, 60, 0), undefined);
  const bytes = quota.spend(by('grace', budget), 0, 41, 0);
  assert.deepEqual(
    [bytes?.reason, bytes?.quota.policy, bytes?.quota.unit],
    ['connection_bytes_per_hour_per_caller', 'connection-caller-bytes', 'content-bytes'],
  );
});

test('answers count as they come, also beyond the budget, and the next message waits', () => {
  const quota = createConnectionQuota({ callersBudgeted: 10 });
  const budget = { bytesPerHour: 1_000 };
  assert.equal(quota.spend(by('ada', budget), 1, 500, 0), undefined);
  quota.count(by('ada', budget), 5_000, 0);
  const exceeded = quota.spend(by('grace', budget), 1, 1, 0);
  assert.deepEqual([exceeded?.reason, exceeded?.quota.size], ['connection_bytes_per_hour', 1_000]);
  assert.equal(quota.spend(by('grace', budget), 1, 1, 61 * 60_000), undefined);
});

test('what is refused spends nothing, neither of the shared budget nor of the own', () => {
  const quota = createConnectionQuota({ callersBudgeted: 10 });
  const budget = { callsPerHour: 2, perCaller: { callsPerHour: 1 } };
  quota.spend(by('ada', budget), 1, 0, 0);
  for (let at = 0; at < 100; at += 1) assert.ok(quota.spend(by('ada', budget), 1, 0, 0));
  assert.equal(quota.spend(by('grace', budget), 1, 0, 0), undefined);
  assert.equal(quota.spend(by('eve', budget), 1, 0, 0)?.reason, 'connection_calls_per_hour');
});

test('notifications cost bytes only', () => {
  const quota = createConnectionQuota({ callersBudgeted: 10 });
  const budget = { callsPerHour: 1, bytesPerHour: 100 };
  quota.spend(by('ada', budget), 1, 10, 0);
  assert.equal(quota.spend(by('ada', budget), 0, 90, 0), undefined);
  assert.equal(quota.spend(by('ada', budget), 0, 1, 0)?.reason, 'connection_bytes_per_hour');
});

test('more callers than are counted apart share one count, and none of those counted is forgotten', () => {
  const quota = createConnectionQuota({ callersBudgeted: 3 });
  const budget = { perCaller: { callsPerHour: 1 } };
  for (let at = 0; at < 1_000; at += 1) quota.spend(by(`caller ${at}`, budget), 1, 0, 0);
  assert.equal(quota.size, 3);
  assert.ok(quota.spend(by('caller 0', budget), 1, 0, 1));
  assert.ok(quota.spend(by('newcomer', budget), 1, 0, 1));
});
