import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemIdentityClock } from '#identity/clock.ts';

it('the system clock runs what was asked for, unless it was called off', async () => {
  let calledOff = false;
  const cancel = systemIdentityClock.after(0, () => {
    calledOff = true;
  });
  cancel();
  // Unreferenced timers do not keep the process alive, so something else has to.
  const alive = setInterval(() => {}, 1_000);
  await new Promise<void>((resolve) => void systemIdentityClock.after(5, resolve));
  clearInterval(alive);
  assert.equal(calledOff, false);
  assert.ok(Math.abs(systemIdentityClock.nowMs() - Date.now()) < 60_000);
});
