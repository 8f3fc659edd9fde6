import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksMadeUp } from '#masking/detectors/made-up.ts';

test('stand-ins are told from secrets', () => {
  for (const value of [
    '<your-token>',
    '${TOKEN}',
    '****',
    'xxxxxxxx',
    'your-api-key',
    'changeme',
    'process.env.X',
    'aaaaaaaa',
    '{{ token }}',
    'null',
  ])
    assert.equal(looksMadeUp(value), true, value);
  for (const value of ['hunter2', 'Zx8$kq!2', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'correct horse'])
    assert.equal(looksMadeUp(value), false, value);
});
