import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawEntries, rawItems, rawList, rawMap, rawText, rawTexts } from '#config/raw.ts';

test('what has the wrong shape reads as nothing, and positions stay those of the file', () => {
  assert.deepEqual(rawMap([1]), {});
  assert.deepEqual(rawMap(null), {});
  assert.deepEqual(rawList({}), []);
  assert.equal(rawText(5), undefined);
  assert.deepEqual(rawTexts([1, 'a', null, 'b']), [
    [1, 'a'],
    [3, 'b'],
  ]);
  assert.deepEqual(rawItems(['x', { a: 1 }]), [[1, { a: 1 }]]);
  assert.deepEqual(rawEntries({ a: 1, b: {} }), [['b', {}]]);
});
