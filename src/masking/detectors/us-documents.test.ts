import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'US_PASSPORT';

test('passport numbers are found where a word or a key names them', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['123456789', 'passport no. 123456789'],
    ['A12345678', 'Passport: A12345678'],
    ['123456789', '123456789', 'passport_number'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('the same digits elsewhere are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['123456789'],
    ['A12345678'],
    ['passport renewal takes 12345678 days? no'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('driver licences are found where a word or a key names them, and nowhere else', () => {
  const license = (text: string, key?: string) => found('US_DRIVER_LICENSE', text, key);
  assert.deepEqual(license("driver's license D1234567"), ['D1234567']);
  assert.deepEqual(license('DL# S123-4567-8901'), ['S123-4567-8901']);
  assert.deepEqual(license('D1234567', 'drivers_license'), ['D1234567']);
  assert.deepEqual(license('D1234567'), []);
  assert.deepEqual(license('MIT license 2024'), []);
});
