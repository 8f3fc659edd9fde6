import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, systemClock } from '#ledger/clock.ts';

test('a day begins at midnight UTC', () => {
  assert.equal(dayOf(Date.UTC(1970, 0, 1, 23, 59, 59, 999)), 0);
  assert.equal(dayOf(Date.UTC(1970, 0, 2)), 1);
});

test('the ticker runs until it is cancelled', async () => {
  await new Promise<void>((resolve) => {
    const keepAlive = setInterval(() => undefined, 1_000);
    const cancel = systemClock.every(1, () => {
      cancel();
      clearInterval(keepAlive);
      resolve();
    });
  });
});
