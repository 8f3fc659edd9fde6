import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSourceRate } from '#signin/registration/source-rate.ts';

const LIMITS = { perMinute: 6, perSourcePerMinute: 2, burstMinutes: 1, sources: 8 };

test('one source has its own share, and who asks too often takes nothing from the others', () => {
  const rate = createSourceRate(LIMITS);
  assert.deepEqual([rate.take('a', 0), rate.take('a', 0)], [0, 0]);
  for (let turn = 0; turn < 20; turn += 1) assert.ok(rate.take('a', 0) > 0);
  assert.deepEqual([rate.take('b', 0), rate.take('b', 0)], [0, 0]);
  assert.equal(rate.take('a', 30_000), 0);
});

test('all together have no more than theirs, from however many sources', () => {
  const rate = createSourceRate(LIMITS);
  const taken = Array.from({ length: 100 }, (_, at) => rate.take(`source ${at}`, 0)).filter((wait) => wait === 0);
  assert.equal(taken.length, LIMITS.perMinute);
  assert.ok(rate.take('another', 1) > 0);
  assert.equal(rate.take('another', 60_000), 0);
});
