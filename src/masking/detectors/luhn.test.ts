import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passesLuhn } from '#masking/detectors/luhn.ts';

test('every single wrong digit of a card number fails its check digit', () => {
  const number = '4111111111111111';
  assert.equal(passesLuhn(number), true);
  for (let at = 0; at < number.length; at++) {
    const wrong = `${number.slice(0, at)}${(Number(number[at]) + 1) % 10}${number.slice(at + 1)}`;
    assert.equal(passesLuhn(wrong), false, wrong);
  }
});
