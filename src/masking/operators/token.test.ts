import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createToken } from '#masking/operators/token.ts';

const KEY = Buffer.alloc(32, 7);
const token = createToken({ id: 'k1', key: KEY }).put;

test('a token is the keyed hash of type and value in base32', () => {
  const match = /^\[SECRET:k1:([a-z2-7]{13})\]$/.exec(token('SECRET', 'hunter2'));
  assert.ok(match?.[1] !== undefined);
  const mac = createHmac('sha256', KEY).update('SECRET\0hunter2').digest();
  const bits = [...mac].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const expected = Array.from(
    { length: 13 },
    (_, i) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)],
  );
  assert.equal(match[1], expected.join(''));
});

test('equal values have equal tokens; another value, type or key has another', () => {
  assert.equal(token('SECRET', 'a'), token('SECRET', 'a'));
  assert.notEqual(token('SECRET', 'a'), token('SECRET', 'b'));
  assert.notEqual(token('SECRET', 'a').slice(-14), token('OTHER', 'a').slice(-14));
  const other = createToken({ id: 'k2', key: Buffer.alloc(32, 8) }).put('SECRET', 'a');
  assert.match(other, /^\[SECRET:k2:/);
  assert.notEqual(token('SECRET', 'a').slice(-14), other.slice(-14));
});
