import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordSet } from '#masking/words/word-set.ts';

test('a set has each of its words', () => {
  assert.deepEqual([...wordSet('a b')], ['a', 'b']);
});
