import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const people = (text: string): readonly string[] => found('PERSON', text);

test('whom nobody knows is found where the text says that somebody is named', () => {
  const cases: readonly (readonly [expected: string, text: string])[] = [
    ['Qwendel Brax', 'My name is Qwendel Brax and I lost my card'],
    ['Qwendel', "Bonjour, je m'appelle Qwendel et voilà"],
    ['Qwendel', 'Hi Qwendel, how are you'],
    ['Qwendel Brax', 'Signed-off-by: Qwendel Brax'],
    ['Qwendel Brax', 'Qwendel Brax <q@example.org> wrote'],
    ['Qwendel Brax', 'See you soon.\n\nKind regards,\nQwendel Brax\nHead of things'],
    ['Qwendel T. Brax', 'It was Qwendel T. Brax again'],
  ];
  for (const [expected, text] of cases) assert.deepEqual(people(text), [expected], text);
});

test('one known given name is found in a sentence, before what it says and as the owner of something', () => {
  const cases: readonly (readonly [expected: string, text: string])[] = [
    ['Giovanni', 'the numbers came from accounting and giovanni said Giovanni checked them'],
    ['Giovanni', 'Giovanni: on my way'],
    ['Giovanni', "As promised, Giovanni's address"],
  ];
  for (const [expected, text] of cases) assert.deepEqual(people(text), [expected], text);
});

test('streets, places, companies and brands bear the names of people and are none', () => {
  for (const text of [
    'Ship to 8249 Marvin Falls, West Town',
    'Meet me at 30790 Michael Mills tomorrow',
    'He lives on rue Charles Fernandez.',
    'a street named: Kevin Fork St.',
    'We work for Meredith Holdings in town',
    'bought at Sanchez and Sons',
    'a new Harley Davidson in the garage',
    'moved to Solomon Islands',
    'Hi Team, hello World!',
    'we deploy in Florence, with the Julia compiler',
  ])
    assert.deepEqual(people(text), [], text);
});
