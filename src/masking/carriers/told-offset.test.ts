import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldOffset } from '#masking/carriers/told-offset.ts';

test('offsets behind an edit are told by what was there, those in it by where it was', () => {
  // 0123456789 -> 01[XXXX]456789
  const told = toldOffset([{ start: 2, end: 4, text: '[XXXX]' }]);
  assert.deepEqual([0, 1, 2, 5, 8, 13].map(told), [0, 1, 2, 2, 4, 9]);
  assert.equal(toldOffset([])(7), 7);
});
