import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSeal } from '#oauth/seal.ts';

const SECRET = Buffer.alloc(32, 1);
const seal = createSeal(SECRET, 'one use v1', randomBytes);

test('what was sealed opens for what it is about, and says nothing otherwise', () => {
  const sealed = seal.seal('refresh-token', 'sign-in 1');
  assert.equal(seal.open(sealed, 'sign-in 1'), 'refresh-token');
  assert.equal(sealed.includes('refresh-token'), false);
  assert.equal(seal.open(sealed, 'sign-in 2'), undefined);
  assert.equal(createSeal(SECRET, 'another use v1', randomBytes).open(sealed, 'sign-in 1'), undefined);
  assert.equal(createSeal(Buffer.alloc(32, 2), 'one use v1', randomBytes).open(sealed, 'sign-in 1'), undefined);
});

test('one changed bit, a piece, or something else does not open', () => {
  const sealed = seal.seal('refresh-token', 'x');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(seal.open(changed, 'x'), undefined, `${at}`);
  }
  for (let length = 0; length < sealed.length; length++)
    assert.equal(seal.open(sealed.subarray(0, length), 'x'), undefined, `${length}`);
});
