/** The words of a name: what gazetteers and particles say of each, and where the name begins and ends among them. */
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '#masking/words/given-names.ts';
import { HONORIFICS, NOT_NAMES } from '#masking/words/person-words.ts';
import { plainName } from '#masking/words/plain-name.ts';
import { AMBIGUOUS_SURNAMES, SURNAMES } from '#masking/words/surnames.ts';

export type NamePart = { readonly at: number; readonly word: string };

const TITLE = new RegExp(`^(?:${HONORIFICS})$`);
const IS_PLAIN = /^[a-z'-]*$/;

/** Without case and accents, as gazetteers are compared. */
export const fold = (word: string): string => {
  const lower = word.toLowerCase();
  return IS_PLAIN.test(lower) ? lower : plainName(lower.replaceAll('’', "'"));
};
const bare = (word: string): string => {
  const folded = fold(word);
  return folded.includes("'") ? folded.replaceAll("'", '') : folded;
};

export const isGiven = (word: string): boolean =>
  GIVEN_NAMES.has(fold(word)) || (word.includes('-') && GIVEN_NAMES.has(fold(word.slice(0, word.indexOf('-')))));
export const isSurname = (word: string): boolean => {
  const name = bare(word);
  return SURNAMES.has(name) || (word.includes('-') && name.split('-').some((part) => SURNAMES.has(part)));
};
export const isThing = (word: string): boolean =>
  word.length > 1 && ((NOT_NAMES.has(fold(word)) && !isGiven(word)) || TITLE.test(word));
/** A given name that is nothing else. */
export const isSurelyGiven = (word: string): boolean => isGiven(word) && !AMBIGUOUS_NAMES.has(fold(word));
export const isSurelySurname = (word: string): boolean => isSurname(word) && !AMBIGUOUS_SURNAMES.has(bare(word));

export const isCapital = (word: string): boolean => {
  const code = word.charCodeAt(0);
  return code < 128 ? code >= 0x41 && code <= 0x5a : /^\p{Lu}/u.test(word);
};

/** Names, initials and particles of a sequence. */
export function partsOf(text: string): NamePart[] {
  const words: NamePart[] = [];
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const last = text[end - 1];
    words.push({ at, word: text.slice(at, last === '.' || last === ',' ? end - 1 : end) });
    at = end + 1;
  }
  return words;
}

/** Without what stands before the name and behind it (`Please contact`, `Contact Maria Lopez Monday`), and the thing right behind it. */
export function trimThings(parts: readonly NamePart[]): {
  readonly name: readonly NamePart[];
  readonly before: string;
  readonly behind: string;
} {
  let from = 0;
  let to = parts.length;
  while (from < to && (isThing(parts[from]?.word ?? '') || !isCapital(parts[from]?.word ?? ''))) from++;
  const thing = parts.findIndex(({ word }, at) => at > from && at < to && isThing(word));
  if (thing >= 0) to = thing;
  while (to > from && !isCapital(parts[to - 1]?.word ?? '')) to--;
  return { name: parts.slice(from, to), before: parts[from - 1]?.word ?? '', behind: parts[to]?.word ?? '' };
}
