import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';

const KEY = Buffer.alloc(32, 1);

test('what is drawn depends on key and subject alone, however much is drawn', () => {
  assert.equal(new KeyedDraw(KEY, 'a').digits(100), new KeyedDraw(KEY, 'a').digits(100));
  assert.notEqual(new KeyedDraw(KEY, 'a').digits(20), new KeyedDraw(KEY, 'b').digits(20));
  assert.notEqual(new KeyedDraw(KEY, 'a').digits(20), new KeyedDraw(Buffer.alloc(32, 2), 'a').digits(20));
  assert.notEqual(new KeyedDraw(KEY, 'a', 'b').digits(20), new KeyedDraw(KEY, 'ab').digits(20));
});

test('every value below the bound comes up, and none else', () => {
  const draw = new KeyedDraw(KEY, 'x');
  const seen = new Set(Array.from({ length: 400 }, () => draw.below(26)));
  assert.deepEqual(
    [...seen].toSorted((a, b) => a - b),
    Array.from({ length: 26 }, (_, index) => index),
  );
});
