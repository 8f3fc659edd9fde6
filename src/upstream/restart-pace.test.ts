import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRestartPace } from '#upstream/restart-pace.ts';

const limits = { stdioStableMs: 10_000, stdioRestartMs: 250, stdioRestartMsMax: 1_000 };

test('the first restart is immediate, later ones wait twice as long each, up to a maximum', () => {
  const pace = createRestartPace(limits);
  const waits: number[] = [];
  for (let n = 0; n < 6; n++) {
    pace.died('ann', 0, 100);
    waits.push(pace.waitMs('ann', 100));
  }
  assert.deepEqual(waits, [0, 250, 500, 1_000, 1_000, 1_000]);
  assert.equal(pace.waitMs('ann', 600), 500);
  assert.equal(pace.waitMs('bob', 100), 0);
});

test('a process that lived long enough clears its owner, and so does time', () => {
  const pace = createRestartPace(limits);
  for (let n = 0; n < 4; n++) pace.died('ann', 0, 1);
  pace.died('ann', 0, 10_000);
  assert.equal(pace.waitMs('ann', 10_000), 0);
  for (let n = 0; n < 4; n++) pace.died('ann', 20_000, 20_001);
  pace.died('bob', 0, 40_000);
  pace.died('ann', 40_000, 40_001);
  assert.equal(pace.waitMs('ann', 40_001), 0);
});
