import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSourceQuota } from '#gateway/source-quota.ts';

const LIMITS = {
  sources: 4,
  sourceRequestsPerSecond: 10,
  sourceRequestsBurst: 2,
  refusalWindowMs: 1_000,
  refusalsPerSourcePerWindow: 3,
  refusalsPerKnownSourcePerWindow: 6,
};
const refuse = (quota: ReturnType<typeof createSourceQuota>, source: string, times: number, at: number): void => {
  for (let count = 0; count < times; count += 1) quota.refused(source, at);
};

test('a source has its own rate, with the wait told, and takes nothing from another', () => {
  const quota = createSourceQuota(LIMITS);
  assert.deepEqual(
    [quota.request('a', 0), quota.request('a', 0), quota.request('a', 0), quota.request('b', 0)],
    [0, 0, 100, 0],
  );
  assert.equal(quota.request('a', 100), 0);
});

test('a source of refused tokens only is not heard until its window has passed, and no longer', () => {
  const quota = createSourceQuota(LIMITS);
  refuse(quota, 'a', 2, 50);
  assert.equal(quota.unheardMs('a', 60), 0);
  refuse(quota, 'a', 1, 60);
  assert.deepEqual([quota.unheardMs('a', 60), quota.unheardMs('a', 1_049)], [990, 1]);
  assert.equal(quota.unheardMs('b', 60), 0);
  assert.equal(quota.unheardMs('a', 1_050), 0);
  refuse(quota, 'a', 2, 1_050);
  assert.equal(quota.unheardMs('a', 1_050), 0);
});

test('a source that real callers come from is heard longer, as long as they come', () => {
  const quota = createSourceQuota(LIMITS);
  refuse(quota, 'a', 3, 0);
  assert.ok(quota.unheardMs('a', 0) > 0);
  quota.verified('a', 0);
  assert.deepEqual([quota.unheardMs('a', 0), quota.allowedRefusals('a', 0)], [0, 6]);
  refuse(quota, 'a', 3, 0);
  assert.ok(quota.unheardMs('a', 0) > 0);
  assert.equal(quota.allowedRefusals('a', 10_000), 3);
});

test('a flood of sources is counted as one, and makes none of the others be forgotten', () => {
  const quota = createSourceQuota(LIMITS);
  for (const source of ['a', 'b', 'c', 'd']) refuse(quota, source, 3, 0);
  for (let at = 0; at < 4; at += 1) quota.refused(`flood ${at}`, 1);
  assert.equal(quota.size, 4);
  for (const source of ['a', 'b', 'c', 'd', 'a newcomer']) assert.ok(quota.unheardMs(source, 2) > 0, source);
  // One good token must not open the room of known sources to all that share the slot.
  quota.verified('a newcomer', 2);
  assert.ok(quota.unheardMs('another newcomer', 2) > 0);
  assert.equal(quota.unheardMs('a newcomer', 1_001), 0);
});
