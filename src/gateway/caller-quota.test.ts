import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCallerQuota } from '#gateway/caller-quota.ts';

test('a caller has a burst and then the calls of a minute, evenly; another caller is not touched', () => {
  const quota = createCallerQuota({ callersCounted: 10, callerCallsPerMinute: 60, callerCallsBurst: 2 });
  assert.deepEqual(
    [quota.call('ada', 0), quota.call('ada', 0), quota.call('ada', 0), quota.call('grace', 0)],
    [0, 0, 1_000, 0],
  );
  assert.deepEqual([quota.call('ada', 999), quota.call('ada', 1_000)], [1, 0]);
});

test('callers beyond those counted apart share one count, until one of those has been quiet', () => {
  const quota = createCallerQuota({ callersCounted: 2, callerCallsPerMinute: 60, callerCallsBurst: 2 });
  quota.call('ada', 0);
  quota.call('grace', 500);
  assert.deepEqual([quota.call('eve', 600), quota.call('eve', 600)], [0, 0]);
  assert.ok(quota.call('mallory', 600) > 0);
  assert.equal(quota.size, 2);
  assert.deepEqual([quota.call('eve', 1_000), quota.size], [0, 2]);
});
