import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createOperator, isPlaceholder } from '#masking/operators.ts';

const KEY = Buffer.alloc(32, 7);

test('a token is the keyed hash of type and value in base32', () => {
  const token = createOperator('token', KEY)('SECRET', 'hunter2');
  const match = /^\[SECRET:k1:([a-z2-7]{13})\]$/.exec(token);
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
  const token = createOperator('token', KEY);
  assert.equal(token('SECRET', 'a'), token('SECRET', 'a'));
  assert.notEqual(token('SECRET', 'a'), token('SECRET', 'b'));
  assert.notEqual(token('SECRET', 'a').slice(-14), token('OTHER', 'a').slice(-14));
  assert.notEqual(token('SECRET', 'a'), createOperator('token', Buffer.alloc(32, 8))('SECRET', 'a'));
});

test('redaction says the type and nothing else', () => {
  assert.equal(createOperator('redact', KEY)('SECRET', 'hunter2'), '[SECRET]');
});

test('what an operator puts in place is recognised, and nothing that only resembles it', () => {
  for (const name of ['token', 'redact'] as const)
    assert.equal(isPlaceholder(createOperator(name, KEY)('SECRET', 'x')), true);
  for (const value of [
    '[SECRET',
    '[secret]',
    '[HUNTER]',
    '[SECRET:k1:hunter2]',
    ' [SECRET]',
    '[SECRET]x',
    '[SECRET:k1:ABCDEFGHIJKLM]',
    '',
  ]) {
    assert.equal(isPlaceholder(value), false, value);
  }
});
