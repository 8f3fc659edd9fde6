import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'DATE_OF_BIRTH';

test('a date is one of birth where a key or a word says so', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['1985-03-03', '1985-03-03', 'date_of_birth'],
    ['March 3, 1985', 'born on March 3, 1985 in'],
    ['03/05/1985', 'DOB: 03/05/1985'],
    ['19850303', '19850303', 'dob'],
    ['3 May 1985', 'her birthday is 3 May 1985'],
    ['1985-03-03', '1985-03-03T00:00:00Z', 'birthDate'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('other dates are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['1985-03-03'],
    ['due on March 3, 1985'],
    ['DOB [DATE_OF_BIRTH:k1:abcdefghijklm]) was admitted on 3/5/2024'],
    ['1985-03-03', 'created_at'],
    ['Maryland', 'birth_place'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('a birth is said of the date behind it and not of the one after that', () => {
  assert.deepEqual(found(TYPE, 'Ada (DOB 1963-11-26) was admitted on 2/17/2024'), ['1963-11-26']);
});
