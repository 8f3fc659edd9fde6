import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'US_SSN';

test('social security numbers are found with dashes anywhere, otherwise by key or word', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['078-05-1120', 'it is 078-05-1120.'],
    ['078051120', 'SSN 078051120'],
    ['078 05 1120', 'social security number 078 05 1120'],
    ['078051120', '078051120', 'ssn'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('numbers that are never issued, and parts of others, are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['000-12-3456'],
    ['666-12-3456'],
    ['912-34-5678'],
    ['123-00-4567'],
    ['123-45-0000'],
    ['123456789'],
    ['1-123-45-6789'],
    ['123-45-6789-0'],
    ['111111111', 'ssn'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
