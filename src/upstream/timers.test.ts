import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualTimers, systemTimers } from '#upstream/timers.ts';

test('manual timers run what falls due in order of time, once, and nothing that was cancelled', () => {
  const timers = createManualTimers();
  const ran: string[] = [];
  timers.after(20, () => ran.push('b'));
  timers.after(10, () => {
    ran.push('a');
    timers.after(5, () => ran.push('a2'));
  });
  const cancel = timers.after(15, () => ran.push('cancelled'));
  cancel();
  timers.advance(9);
  assert.deepEqual(ran, []);
  timers.advance(11);
  assert.deepEqual(ran, ['a', 'a2', 'b']);
  timers.advance(1_000);
  assert.deepEqual(ran, ['a', 'a2', 'b']);
  assert.equal(timers.nowMs(), 1_020);
  assert.equal(timers.pending(), 0);
});

test('system timers run once and can be cancelled before', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const cancel = systemTimers.after(0, () => assert.fail('a cancelled timer ran'));
  cancel();
  cancel();
  systemTimers.after(1, () => resolve('ran'));
  assert.equal(await promise, 'ran');
});
