import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplace, spansOf } from '#masking/operators/replace.ts';

test('every value becomes the same text, which is found again where it stands by itself', () => {
  const { put, spans } = createReplace('REMOVED');
  assert.equal(put('SECRET', 'hunter2'), 'REMOVED');
  assert.equal(put('PERSON', 'Ada'), 'REMOVED');
  assert.deepEqual(spans?.('a REMOVED, REMOVED'), [
    { start: 2, end: 9 },
    { start: 11, end: 18 },
  ]);
  assert.deepEqual(spansOf('REMOVED', 'REMOVEDx xREMOVED'), []);
  assert.deepEqual(spansOf('***', 'a***b'), [{ start: 1, end: 4 }]);
});
