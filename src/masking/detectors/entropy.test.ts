import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entropyOf } from '#masking/detectors/entropy.ts';

test('entropy is that of the characters: none for one, a bit for two, three for eight', () => {
  assert.equal(entropyOf('aaaa'), 0);
  assert.equal(entropyOf('abab'), 1);
  assert.equal(entropyOf('abcdefgh'), 3);
});
