import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitForIndex } from '#events/wait-for-index.ts';

test('the wait ends as soon as the index is far enough', async () => {
  let through = 3;
  const reached = await waitForIndex({ indexedThrough: () => through++ }, 6, 2_000, () => Promise.resolve());
  assert.equal(reached, 6);
});

test('the wait ends with the time, and says how far the index was', async () => {
  let slept = 0;
  const reached = await waitForIndex({ indexedThrough: () => 3 }, 6, 2_000, (ms) => {
    slept += ms;
    return Promise.resolve();
  });
  assert.deepEqual([reached, slept], [3, 2_000]);
});
