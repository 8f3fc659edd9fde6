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

test('an act about the configuration names the policy it is about, and an act of the ledger none', () => {
  const { pol, kind, st } = controlEntry('a'.repeat(26), 'reload', { changed: ['rules'] }, '0123456789abcdef');
  assert.deepEqual([pol, kind, st], ['0123456789abcdef', 'control', 'reload']);
  assert.equal(controlEntry('a'.repeat(26), 'start').pol, null);
});
