import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';
import { isRoutingNumber } from '#masking/detectors/us-bank-number.ts';

const TYPE = 'US_BANK_NUMBER';

test('accounts are found where a word or a key names them, routing numbers by their check digit too', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['123456789012', 'account number 123456789012'],
    ['021000021', 'routing number 021000021'],
    ['000123456789', '000123456789', 'account_number'],
    ['12345678', 'savings account no. 12345678'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('other numbers are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['123456789012'],
    ['routing number 021000022'],
    ['account created 20240101'],
    ['0.123456', 'account_number'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('a routing number with a wrong digit fails its check', () => {
  assert.equal(isRoutingNumber('021000021'), true);
  for (let at = 0; at < 9; at++) {
    const digits = Array.from('021000021');
    digits[at] = String((Number(digits[at]) + 1) % 10);
    assert.equal(isRoutingNumber(digits.join('')), false);
  }
});
