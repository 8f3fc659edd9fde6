import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitsOf, isDigit, isWordChar } from '#masking/engine/detector.ts';

test('characters of words are told from those around them, also beyond the ends', () => {
  const text = 'a_é9- ';
  assert.deepEqual(
    [-1, 0, 1, 2, 3, 4, 5, 6].map((at) => isWordChar(text, at)),
    [false, true, false, true, true, false, false, false],
  );
  assert.deepEqual([isDigit(text, 3), isDigit(text, 0), isDigit(text, 9)], [true, false, false]);
  assert.equal(digitsOf('+1 (2)-3'), '123');
});
