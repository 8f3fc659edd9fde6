import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlotTable, SHARED_SLOT } from '#gateway/slot-table.ts';

function start(keys: number) {
  const busy = new Set<number>();
  const cleared: number[] = [];
  const table = createSlotTable({
    keys,
    isIdle: (slot) => !busy.has(slot),
    clear: (slot) => void cleared.push(slot),
  });
  return { table, busy, cleared };
}

test('a key keeps its slot, and no two keys have the same one', () => {
  const { table, cleared } = start(3);
  const slots = ['a', 'b', 'c', 'b', 'a'].map((key) => table.slotOf(key));
  assert.deepEqual(slots, [1, 2, 3, 2, 1]);
  assert.deepEqual(cleared, [1, 2, 3]);
});

test('a newcomer takes only the slot of a key with nothing to remember', () => {
  const { table, busy, cleared } = start(3);
  for (const key of ['a', 'b', 'c']) busy.add(table.slotOf(key));
  assert.equal(table.slotOf('d'), SHARED_SLOT);
  busy.delete(2);
  assert.equal(table.slotOf('d'), 2);
  assert.deepEqual([table.slotOf('a'), table.slotOf('c')], [1, 3]);
  assert.equal(cleared.at(-1), 2);
  busy.add(2);
  assert.equal(table.slotOf('b'), SHARED_SLOT);
});

test('ten thousand keys that must be remembered take no more room than there is', () => {
  const { table, busy } = start(100);
  for (let at = 0; at < 10_000; at += 1) {
    const slot = table.slotOf(`key ${at}`);
    if (slot !== SHARED_SLOT) busy.add(slot);
  }
  assert.equal(table.size, 100);
});
