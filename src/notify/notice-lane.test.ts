import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoticeLane } from '#notify/notice-lane.ts';

function rig(limits = { noticesAtOnce: 2, noticesQueued: 3 }) {
  const begun: string[] = [];
  const open = new Map<string, (pauseMs: number) => void>();
  let nowMs = 0;
  const lane = createNoticeLane({
    clock: () => nowMs,
    limits: () => limits,
    run(id) {
      begun.push(id);
      const { promise, resolve } = Promise.withResolvers<number>();
      open.set(id, resolve);
      return promise;
    },
  });
  const finish = async (id: string, pauseMs = 0): Promise<void> => {
    open.get(id)?.(pauseMs);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lane, begun, finish, at: (ms: number) => void (nowMs = ms) };
}

test('so many are under way and no more, and each finished one lets the next begin', async () => {
  const { lane, begun, finish } = rig();
  for (const id of ['a', 'b', 'c']) lane.add(id);
  lane.pump();
  assert.deepEqual(begun, ['a', 'b']);
  await finish('a');
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('one that changes while it is under way is looked at once more, and never twice at a time', async () => {
  const { lane, begun, finish } = rig();
  lane.add('a');
  lane.pump();
  lane.add('a');
  lane.add('a');
  lane.pump();
  assert.deepEqual(begun, ['a']);
  await finish('a');
  assert.deepEqual(begun, ['a', 'a']);
  await finish('a');
  assert.deepEqual(begun, ['a', 'a']);
});

test('nothing begins while the server asked not to be asked', async () => {
  const { lane, begun, finish, at } = rig();
  lane.add('a');
  lane.pump();
  await finish('a', 1_000);
  lane.add('b');
  lane.pump();
  at(999);
  lane.pump();
  assert.deepEqual(begun, ['a']);
  at(1_000);
  lane.pump();
  assert.deepEqual(begun, ['a', 'b']);
});

test('what finds no place is said once, and what is queued already needs none', () => {
  const { lane } = rig({ noticesAtOnce: 0, noticesQueued: 2 });
  for (const id of ['a', 'b', 'a']) lane.add(id);
  assert.equal(lane.overflowed(), false);
  lane.add('c');
  assert.equal(lane.overflowed(), true);
  assert.equal(lane.overflowed(), false);
});

test('the end waits for what is under way and begins with nothing more', async () => {
  const { lane, begun, finish } = rig();
  for (const id of ['a', 'b', 'c']) lane.add(id);
  lane.pump();
  let isEnded = false;
  const ended = lane.end().then(() => (isEnded = true));
  await finish('a');
  assert.equal(isEnded, false);
  await finish('b');
  await ended;
  lane.add('d');
  lane.pump();
  assert.deepEqual(begun, ['a', 'b']);
});
