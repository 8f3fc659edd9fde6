import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, fakeSource, positionOf, record, toolCall } from '#test/fakes/event-records.ts';
import { findInLedger } from '#events/find-in-ledger.ts';

const SOURCE = fakeSource([
  record({ n: 0, kind: 'control', st: 'opened' }),
  toolCall(1, 'find', {}),
  record({ n: 2, ref: 1, kind: 'stream', st: 'up' }),
  answer(3, 1, 'x'),
  toolCall(4, 'open', {}),
]);

const found = async (n: number, from = 0): Promise<readonly (number | undefined)[] | undefined> => {
  const records = await findInLedger(SOURCE, n, positionOf(from));
  return records && [records.first.leaf.n, records.result?.leaf.n];
};

test('a call is found by its intent, its result and its messages', async () => {
  for (const n of [1, 2, 3]) assert.deepEqual(await found(n), [1, 3]);
  assert.deepEqual(await found(1, 1), [1, 3]);
});

test('an open call has no result, and an event by itself never has', async () => {
  assert.deepEqual(await found(4), [4, undefined]);
  assert.deepEqual(await found(0), [0, undefined]);
});

test('past the end nothing is found', async () => {
  assert.equal(await found(5), undefined);
});
