/** What is known of a word that a name may be made of or end at: the gazetteers in one table, so that a word is looked up once. */
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '#masking/words/given-names.ts';
import { HONORIFICS, NOT_NAMES } from '#masking/words/person-words.ts';
import { plainName } from '#masking/words/plain-name.ts';
import { AMBIGUOUS_SURNAMES, SURNAMES } from '#masking/words/surnames.ts';

/** Bits of a word. */
export const KNOWN = {
  given: 1,
  surname: 2,
  /** A given name that is nothing else; below, a family name. */
  surelyGiven: 4,
  surelySurname: 8,
  /** Begins sentences, names a thing or is a title, and is no given name. */
  thing: 16,
} as const;

const TITLES: ReadonlySet<string> = new Set(HONORIFICS.split('|'));
/** Titles count only as they are spelled. */
const MAY_BE_TITLE = 32;
const ALL = MAY_BE_TITLE - 1;

const IS_PLAIN = /^[a-z'-]*$/;
const IS_LETTERS = /^[a-z]*$/;

/** Without case and accents, as gazetteers are compared. */
export const fold = (word: string): string => {
  const lower = word.toLowerCase();
  return IS_PLAIN.test(lower) ? lower : plainName(lower.replaceAll('’', "'"));
};

/** Of a folded word: `Anne-Sophie` is known when `Anne` is, `Garcia-Xyzzy` when either is, `O'Brien` is `obrien`. */
function bitsOf(word: string): number {
  const bare = word.replaceAll("'", '');
  const isGiven = GIVEN_NAMES.has(word) || (word.includes('-') && GIVEN_NAMES.has(word.slice(0, word.indexOf('-'))));
  const isSurname = SURNAMES.has(bare) || (word.includes('-') && bare.split('-').some((part) => SURNAMES.has(part)));
  return (
    (isGiven ? KNOWN.given : 0) |
    (isSurname ? KNOWN.surname : 0) |
    (isGiven && !AMBIGUOUS_NAMES.has(word) ? KNOWN.surelyGiven : 0) |
    (isSurname && !AMBIGUOUS_SURNAMES.has(bare) ? KNOWN.surelySurname : 0) |
    (!isGiven && word.length > 1 && NOT_NAMES.has(word) ? KNOWN.thing : 0)
  );
}

const TABLE: ReadonlyMap<string, number> = new Map([
  ...[...GIVEN_NAMES, ...SURNAMES, ...NOT_NAMES]
    .filter((word) => IS_LETTERS.test(word))
    .map((word) => [word, bitsOf(word)] as const),
  ...Array.from(TITLES, (title) => title.toLowerCase()).map((word) => [word, bitsOf(word) | MAY_BE_TITLE] as const),
]);

const withTitle = (bits: number, word: string): number => (TITLES.has(word) ? bits | KNOWN.thing : bits);

/** Bits of `KNOWN`. */
export function knownAs(word: string): number {
  const lower = word.toLowerCase();
  const bits = TABLE.get(lower);
  if (bits !== undefined) return bits < MAY_BE_TITLE ? bits : withTitle(bits & ALL, word);
  return IS_LETTERS.test(lower) ? 0 : withTitle(bitsOf(fold(word)), word);
}

const is =
  (bits: number) =>
  (word: string): boolean =>
    (knownAs(word) & bits) !== 0;

export const isGiven = is(KNOWN.given);
export const isSurname = is(KNOWN.surname);
export const isSurelyGiven = is(KNOWN.surelyGiven);
export const isSurelySurname = is(KNOWN.surelySurname);
export const isThing = is(KNOWN.thing);
