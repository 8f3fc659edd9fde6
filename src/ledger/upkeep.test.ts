import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { dayOf } from '#ledger/clock.ts';
import { Upkeep } from '#ledger/upkeep.ts';
import { createFakeClock } from '#test/fakes/clock.ts';
import type { UpkeepParts } from '#ledger/upkeep.ts';

function start(parts: Partial<UpkeepParts> = {}) {
  const clock = createFakeClock();
  const said: string[] = [];
  const upkeep = new Upkeep({
    clock,
    limits: LIMITS,
    busy: () => false,
    commits: () => 0,
    freeBytes: () => Promise.resolve(1e12),
    stalled: () => said.push('stalled'),
    jumped: (ms) => said.push(`jumped ${ms}`),
    idle: () => said.push('idle'),
    space: (low) => said.push(low ? 'low' : 'enough'),
    prepareDay: () => Promise.resolve(),
    keepCheckpoint: () => Promise.resolve(),
    failed: () => said.push('failed'),
    ...parts,
  });
  const tick = async (ms: number): Promise<void> => {
    clock.advance(ms);
    upkeep.tick();
    await upkeep.settled();
  };
  return { clock, said, upkeep, tick };
}

test('many short commits are no stall, one long commit is', async () => {
  let commits = 0;
  const short = start({ busy: () => true, commits: () => (commits += 1) });
  for (let i = 0; i < 60; i += 1) await short.tick(1_000);
  assert.deepEqual(short.said, []);
  const long = start({ busy: () => true });
  for (let i = 0; i < 30; i += 1) await long.tick(1_000);
  assert.deepEqual(long.said, ['stalled']);
});

test('a slow drift of the clock is no jump, a step of more than a second in either direction is', async () => {
  const { clock, said, tick, upkeep } = start({ busy: () => true, commits: () => Math.random() });
  for (let i = 0; i < 20; i += 1) {
    clock.jump(900);
    await tick(1_000);
  }
  clock.jump(1_001);
  await tick(1_000);
  clock.jump(-3_600_000);
  await tick(1_000);
  assert.deepEqual(said, ['jumped 1001', 'jumped -3600000']);
  assert.equal(upkeep.clockJumps, 2);
});

test('tomorrow’s key is asked for ten minutes before midnight', async () => {
  const days = new Set<number>();
  const { clock, tick } = start({ prepareDay: (day) => Promise.resolve(void days.add(day)) });
  const today = dayOf(clock.unixMs());
  await tick(11 * 3_600_000);
  assert.deepEqual([...days], [today]);
  await tick(3_600_000 - 9 * 60_000);
  assert.deepEqual([...days], [today, today + 1]);
});

test('a failure of its own disk work is reported, and the checkpoint is kept about every heartbeat', async () => {
  let kept = 0;
  const good = start({ keepCheckpoint: () => Promise.resolve(void (kept += 1)) });
  for (let i = 0; i < 125; i += 1) await good.tick(1_000);
  assert.equal(kept, 2);
  const bad = start({ freeBytes: () => Promise.reject(new Error('EIO')) });
  await bad.tick(1_000);
  assert.deepEqual(bad.said, ['failed']);
});

test('a stopped upkeep has no ticker', async () => {
  const { clock, upkeep } = start();
  assert.equal(clock.tickers, 1);
  await upkeep.stop();
  assert.equal(clock.tickers, 0);
});
