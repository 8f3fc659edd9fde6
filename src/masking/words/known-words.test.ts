import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '#masking/words/given-names.ts';
import {
  fold,
  isGiven,
  isSurelyGiven,
  isSurelySurname,
  isSurname,
  isThing,
  knownAs,
} from '#masking/words/known-words.ts';
import { HONORIFICS, NOT_NAMES } from '#masking/words/person-words.ts';
import { AMBIGUOUS_SURNAMES, SURNAMES } from '#masking/words/surnames.ts';

test('names are known without case and accents, and of two joined ones when one is known', () => {
  for (const name of ['Jürgen', 'MARÍA', 'Anne-Sophie', 'Xiaoming']) assert.ok(isGiven(name), name);
  for (const name of ["O'Brien", 'Muñoz', 'Garcia-Xyzzy', 'Krishnamurthy']) assert.ok(isSurname(name), name);
  for (const word of ['Invoice', 'Table', 'Quickly']) assert.ok(!isGiven(word) && !isSurname(word), word);
});

test('a name that is also an ordinary word, a place or a product is not surely one', () => {
  for (const word of ['Dawn', 'Florence', 'Julia', 'Cassandra']) assert.ok(isGiven(word) && !isSurelyGiven(word), word);
  for (const word of ['Baker', 'Walker', 'Song']) assert.ok(isSurname(word) && !isSurelySurname(word), word);
  assert.ok(isSurelyGiven('Giovanni') && isSurelySurname('Fitzgerald'));
});

test('a title is no part of a name, as it is spelled only', () => {
  for (const word of ['Mr', 'Señora', 'Monday', 'Please']) assert.ok(isThing(word), word);
  for (const word of ['mr', 'SEÑORA', 'Giovanni', 'A', '']) assert.ok(!isThing(word), word);
});

/** As the gazetteers say one by one. */
function slowly(word: string): readonly boolean[] {
  const folded = fold(word);
  const bare = folded.replaceAll("'", '');
  const [front = ''] = folded.split('-');
  const given = GIVEN_NAMES.has(folded) || (word.includes('-') && GIVEN_NAMES.has(front));
  const surname = SURNAMES.has(bare) || (word.includes('-') && bare.split('-').some((part) => SURNAMES.has(part)));
  const isTitle = HONORIFICS.split('|').includes(word);
  return [
    given,
    surname,
    given && !AMBIGUOUS_NAMES.has(folded),
    surname && !AMBIGUOUS_SURNAMES.has(bare),
    word.length > 1 && ((NOT_NAMES.has(folded) && !given) || isTitle),
  ];
}

test('the table knows of a word what the gazetteers know', () => {
  const words = [...GIVEN_NAMES, ...SURNAMES, ...NOT_NAMES, ...HONORIFICS.split('|'), 'É', "O'", '’', 'ı', 'K'];
  const capitalised = fc.constantFrom(...words).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  const joined = fc
    .tuple(capitalised, fc.constantFrom('-', "'", '’', '', ' '), fc.oneof(capitalised, fc.constant('')))
    .map((parts) => parts.join(''));
  const anyWord = fc.oneof(fc.constantFrom(...words), capitalised, joined, fc.string({ maxLength: 8 }));
  fc.assert(
    fc.property(anyWord, (word) => {
      const known = [isGiven, isSurname, isSurelyGiven, isSurelySurname, isThing].map((is) => is(word));
      assert.deepEqual(known, slowly(word), word);
    }),
    { numRuns: 3_000 },
  );
  assert.equal(knownAs('Quickly'), 0);
});
