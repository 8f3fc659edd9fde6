import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { wordBefore } from '#masking/detectors/name-context.ts';
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

test('whom nobody knows is found by the end of a family name, by what others do with somebody, and as whose relation he is', () => {
  const cases: readonly (readonly [expected: string, text: string])[] = [
    ['Qwendel Braxović', 'yesterday Qwendel Braxović was here'],
    ['Qwendel Braxsson', 'Qwendel Braxsson is out today'],
    ['Qwendel Brax', 'I talked to Qwendel Brax about it'],
    ['Qwendel Brax', 'According to Qwendel Brax, nothing happened'],
    ['Qwendel Brax', 'the book was written by Qwendel Brax'],
    ['Qwendel', 'my husband Qwendel forgot it'],
    ['Qwendel Brax', 'Qwendel Brax - Sales Manager'],
    ['Qwendel Brax', 'Qwendel Brax, can you look at this?'],
    ['Qwendel Brax', 'Card holder: Qwendel Brax'],
  ];
  for (const [expected, text] of cases) assert.deepEqual(people(text), [expected], text);
  for (const text of [
    'we migrated to Qwendel Brax',
    'compatible with Qwendel Brax',
    'Qwendel Brax is a library',
    'Big Whisky and Husky Puppy',
    'written by the Sales Manager',
    'my friend request and our boss Level',
    'Qwendel Brax - the next release',
  ])
    assert.deepEqual(people(text), [], text);
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

test('the word before a name is what its pattern says, read backwards', () => {
  const pattern = /([\p{L}'’]+)[,:;.!]?["'(*]{0,2}[ \n]{1,2}["'(*]{0,2}$/u;
  const piece = fc.constantFrom(
    ...Array.from('aZé\'"(*,:.! \n-9’'),
    '\u{1d400}',
    '\ud800',
    'word',
    '  ',
    ' a ',
    '. ',
    'x'.repeat(40),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const expected = pattern.exec(text.slice(Math.max(0, text.length - 40)))?.[1] ?? '';
      assert.equal(wordBefore(text, text.length), expected, JSON.stringify(text));
    }),
    { numRuns: 20_000 },
  );
});
