import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'PERSON';

test('names are found by title, by gazetteer and by the field they stand in', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['Maria Lopez', 'Contact Maria Lopez today'],
    ['Meyer', 'Dr. Meyer called'],
    ["Sean O'Brien", "Sean O'Brien"],
    ['Jan de Vries', 'with Jan de Vries'],
    ['zanele mthembu', 'zanele mthembu', 'full_name'],
    ['Ada Lovelace', 'Ada Lovelace', 'assignee'],
    ['SMITH, JOHN', 'SMITH, JOHN'],
    ['Smith, John', 'Smith, John'],
    ['Priya', 'Hi Priya, thanks'],
    ['Ada Lovelace', 'Ada Lovelace <ada@x.org>', 'from'],
    ['Nguyễn Văn An', 'Nguyễn Văn An', 'patient_name'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('things with capital letters are no people', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['Please Update Your Status'],
    ['Monday Morning'],
    ['Blue Widget', 'name'],
    ['jdoe', 'assignee'],
    ['Jenkins Build'],
    ['New York'],
    ['admin', 'full_name'],
    ['Internal Server Error'],
    ['Will May'],
    ['team-3', 'owner'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
