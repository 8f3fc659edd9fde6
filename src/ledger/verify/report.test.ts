import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTally } from '#ledger/verify/report.ts';

test('every verification counts from zero by itself', () => {
  const first = newTally();
  first.records.intent = 5;
  first.pieces = 5;
  assert.equal(newTally().records.intent, 0);
  assert.equal(newTally().pieces, 0);
});
