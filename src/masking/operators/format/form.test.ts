import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, matchSpans } from '#masking/operators/format/form.ts';

test('letters and digits are replaced in order, and what separates them stays', () => {
  assert.equal(fill('(12) 3-A', '9876'), '(98) 7-6');
});

test('the spans of a pattern are all its matches', () => {
  assert.deepEqual(matchSpans(/b+/g, 'abbcb'), [
    { start: 1, end: 3 },
    { start: 4, end: 5 },
  ]);
});
