import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

test('codes that let somebody in are found where they are said to be that', () => {
  for (const [text, expected] of [
    ['Your verification code is 482913. Do not share it.', '482913'],
    ['OTP: 482913', '482913'],
    ['G-482913 is your Google verification code', '482913'],
    ['482 913 is your one-time password', '482 913'],
    ['exp 12/26, CVV 123', '123'],
    ['card PIN: 4821', '4821'],
  ] as const)
    assert.deepEqual(found('SECRET', text), [expected], text);
});

test('other codes, and pins that are none, are not', () => {
  for (const text of [
    'exit code 137',
    'error code is 482913',
    'GPIO pin 13 and pin 4821',
    'the verification code 2024-01-02',
    'PIN 4.5 mm',
    'postal code 94107',
    'the OTP module takes 30 seconds',
  ])
    assert.deepEqual(found('SECRET', text), [], text);
});
