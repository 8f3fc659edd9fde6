import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainName } from '#masking/words/plain-name.ts';

test('accents do not tell names apart', () => {
  assert.equal(plainName('lucía'), 'lucia');
  assert.equal(plainName('søren'), 'soren');
  assert.equal(plainName('paweł'), 'pawel');
  assert.equal(plainName('ada'), 'ada');
});
