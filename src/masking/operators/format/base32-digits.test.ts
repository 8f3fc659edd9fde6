import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32Digits, BASE32_CLASS } from '#masking/operators/format/base32-digits.ts';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';

test('as many digits as asked for, all of the class', () => {
  const digits = base32Digits(new KeyedDraw(Buffer.alloc(32), 'x'), 40);
  assert.match(digits, new RegExp(`^${BASE32_CLASS}{40}$`));
});
