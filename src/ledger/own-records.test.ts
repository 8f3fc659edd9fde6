import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryFault } from '#ledger/leaf.ts';
import { controlEntry, orphanEntry } from '#ledger/own-records.ts';

test('what the ledger writes of its own accord obeys the format', () => {
  const call = 'a'.repeat(26);
  for (const act of ['opened', 'recovered', 'start', 'stop', 'heartbeat', 'clock_jump', 'low_space'] as const)
    assert.equal(entryFault(controlEntry(call, act)), undefined);
  assert.equal(entryFault(orphanEntry([4, call])), undefined);
});
