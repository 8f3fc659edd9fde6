import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasReached, waitForIndex } from '#events/wait-for-index.ts';

test('the wait ends as soon as the index of every shard is far enough', async () => {
  let through = 3;
  const index = { indexedThrough: () => ({ a: through++, b: 9 }) };
  const reached = await waitForIndex(index, { a: 6, b: 9 }, 2_000, () => Promise.resolve());
  assert.deepEqual(reached, { a: 6, b: 9 });
});

test('the wait ends with the time, and says how far the index was', async () => {
  let slept = 0;
  const reached = await waitForIndex({ indexedThrough: () => ({ a: 3 }) }, { a: 6 }, 2_000, (ms) => {
    slept += ms;
    return Promise.resolve();
  });
  assert.deepEqual([reached, slept], [{ a: 3 }, 2_000]);
});

test('a shard without an index has not reached anything', () => {
  assert.equal(hasReached({ a: 1 }, { a: 1, b: 1 }), false);
  assert.equal(hasReached({}, { a: 0 }), true);
});
