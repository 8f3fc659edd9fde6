import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createTokenBuckets } from '#gateway/token-bucket.ts';

test('a full bucket gives its burst at once, then one token as each comes', () => {
  const buckets = createTokenBuckets(1, { perSecond: 4, burst: 3 });
  assert.deepEqual(
    [0, 0, 0, 0].map((at) => buckets.take(0, at)),
    [0, 0, 0, 250],
  );
  assert.equal(buckets.take(0, 100), 150);
  assert.equal(buckets.take(0, 250), 0);
  assert.equal(buckets.take(0, 499), 1);
});

test('asking while the bucket is empty costs nothing later', () => {
  const buckets = createTokenBuckets(1, { perSecond: 1, burst: 1 });
  assert.equal(buckets.take(0, 0), 0);
  for (let at = 1; at < 1_000; at += 1) assert.equal(buckets.take(0, at), 1_000 - at);
  assert.equal(buckets.take(0, 1_000), 0);
});

test('buckets do not touch each other, and one that was left alone is full', () => {
  const buckets = createTokenBuckets(2, { perSecond: 1, burst: 2 });
  buckets.take(0, 0);
  buckets.take(0, 0);
  assert.deepEqual([buckets.take(0, 0) > 0, buckets.take(1, 0)], [true, 0]);
  assert.deepEqual([buckets.isFull(0, 1_999), buckets.isFull(0, 2_000)], [false, true]);
  buckets.fill(0);
  assert.equal(buckets.take(0, 0), 0);
});

test('in no stretch of time more is given than burst and rate allow, and the wait told is exact', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), steps, (perSecond, burst, gaps) => {
      const buckets = createTokenBuckets(1, { perSecond, burst });
      const given: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const wait = buckets.take(0, now);
        if (wait > 0) {
          now += wait + 1e-6;
          assert.equal(buckets.take(0, now), 0);
        }
        given.push(now);
      }
      for (const [first, from] of given.entries())
        for (const [last, to] of given.entries())
          if (last >= first) assert.ok(last - first + 1 <= burst + ((to - from) / 1_000) * perSecond + 1e-6);
    }),
  );
});
