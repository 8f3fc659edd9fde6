import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'US_ITIN';

test('taxpayer numbers are found by their group', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['912-70-1234', '912-70-1234'],
    ['912701234', 'ITIN: 912701234'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('groups that are not issued are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['912-69-1234'],
    ['912-89-1234'],
    ['912-93-1234'],
    ['812-70-1234'],
    ['912701234'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
