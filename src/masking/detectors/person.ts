/**
 * Names of people. In a field whose key says so, whatever looks like a name; in prose by gazetteer, honorific and the
 * words around. A guess, so it wants two signs, except where somebody is named by a title.
 */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS, NEXT_TO } from '#masking/engine/text-profile.ts';
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '#masking/words/given-names.ts';
import {
  AFTER_NAMES,
  BEFORE_NAMES,
  HONORIFICS,
  NOT_NAMES,
  PARTICLES,
  SURELY_AFTER,
  SURELY_BEFORE,
} from '#masking/words/person-words.ts';
import { plainName } from '#masking/words/plain-name.ts';
import { AMBIGUOUS_SURNAMES, SURNAMES } from '#masking/words/surnames.ts';

const TYPE = 'PERSON';
const UPPER = 'A-ZÀ-ÖØ-ÞŁŚŻŠČĐĆŞİ';
const LOWER = 'a-zß-öø-ÿāăąćčďđēęěğīıłńňōőřśşšţťūůűźżžș';
/** One capitalised word: O'Brien, McDonald, Jean-Luc. */
const NAME = `(?:[DLO]['’])?[${UPPER}][${LOWER}]{1,19}(?:[${UPPER}][${LOWER}]{1,19})?(?:[-'’][${UPPER}${LOWER}][${LOWER}]{1,19})?`;
const SEQUENCE = new RegExp(
  `(?<![\\w@/.#$${LOWER}-])${NAME}(?:[ ](?:[${UPPER}]\\.[ ]?|(?:${PARTICLES})[ ](?:(?:la|los|der|den)[ ])?)?${NAME}){0,3}`,
  'g',
);
const TITLED = new RegExp(
  `(?<![\\w])(?:${HONORIFICS})\\.?[ ]((?:[${UPPER}]\\.[ ]?){0,2}${NAME}(?:[ ](?:[${UPPER}]\\.[ ]?|(?:${PARTICLES})[ ])?${NAME}){0,2})`,
  'g',
);
const TITLE_GATE = new RegExp(`(?<![\\w])(?:${HONORIFICS})\\b`);
const REVERSED = new RegExp(`(?<![\\w@/.#-])(${NAME}),[ ](${NAME})(?:[ ][${UPPER}]\\.?)?(?![\\w])`, 'g');
const CAPITALS_GATE = /[A-ZÀ-Þ]{2}[, ]/;
const CAPITALS = /(?<![\wÀ-ɏ-])[A-ZÀ-Þ]{2,15}(?:,)?[ ](?:[A-Z]\.?[ ])?[A-ZÀ-Þ]{2,15}(?![\w-])/g;

const TITLE = new RegExp(`^(?:${HONORIFICS})$`);
/** `J. K. Rowling`. */
const INITIALS = new RegExp(
  `(?<![\\w.@/-])(?!(?:U\\. ?S|U\\. ?K|E\\. ?U|D\\. ?C|P\\. ?O)\\.)((?:[${UPPER}]\\.[ ]?){1,3})(${NAME})(?![\\w])`,
  'g',
);

/** What a value of a name's field may be made of. */
const FIELD = /^[\p{L}\p{M}][\p{L}\p{M}'’.,()-]*(?:[ ][\p{L}\p{M}(][\p{L}\p{M}'’.,()-]*){0,5}$/u;
const NO_PERSON =
  /^(?:n\/?a|none|null|unknown|anonymous|unassigned|admin|administrator|root|system|service|bot|test|user|default|guest|nobody|true|false|yes|no|tbd|self|other|customer|staff|owner|public|everyone|all|me|team|support|male|female)$/i;

/** Without case and accents, as gazetteers are compared. */
const fold = (word: string): string => {
  const lower = word.toLowerCase();
  return IS_PLAIN.test(lower) ? lower : plainName(lower.replaceAll('’', "'"));
};
const IS_PLAIN = /^[a-z'-]*$/;
const bare = (word: string): string => {
  const folded = fold(word);
  return folded.includes("'") ? folded.replaceAll("'", '') : folded;
};

const isGiven = (word: string): boolean =>
  GIVEN_NAMES.has(fold(word)) || (word.includes('-') && GIVEN_NAMES.has(fold(word.slice(0, word.indexOf('-')))));
const isSurname = (word: string): boolean => {
  const name = bare(word);
  return SURNAMES.has(name) || (word.includes('-') && name.split('-').some((part) => SURNAMES.has(part)));
};
const isThing = (word: string): boolean =>
  word.length > 1 && ((NOT_NAMES.has(fold(word)) && !isGiven(word)) || TITLE.test(word));

/** Names, initials and particles of a sequence, as [offset, word]. */
function wordsOf(text: string): { readonly at: number; readonly word: string }[] {
  const words: { at: number; word: string }[] = [];
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const last = text[end - 1];
    words.push({ at, word: text.slice(at, last === '.' || last === ',' ? end - 1 : end) });
    at = end + 1;
  }
  return words;
}

const isCapital = (word: string): boolean => {
  const code = word.charCodeAt(0);
  return code < 128 ? code >= 0x41 && code <= 0x5a : /^\p{Lu}/u.test(word);
};
const wordBefore = (text: string, start: number): string =>
  /([\p{L}'’]+)[,:;.!]?["'(*]{0,2}[ \n]{1,2}["'(*]{0,2}$/u
    .exec(text.slice(Math.max(0, start - 20), start))?.[1]
    ?.toLowerCase() ?? '';
const wordAfterName = (text: string, end: number): string =>
  /^(?:['’]s)?[ ,]{1,2}([a-z]+)/.exec(text.slice(end, end + 20))?.[1] ?? '';

type Part = ReturnType<typeof wordsOf>[number];

/** Without what stands before the name and behind it: `Please contact`, `Contact Maria Lopez Monday`. */
function trimThings(parts: readonly Part[]): readonly Part[] {
  let from = 0;
  let to = parts.length;
  while (from < to && (isThing(parts[from]?.word ?? '') || !isCapital(parts[from]?.word ?? ''))) from++;
  const thing = parts.findIndex(({ word }, at) => at > from && at < to && isThing(word));
  if (thing >= 0) to = thing;
  while (to > from && !isCapital(parts[to - 1]?.word ?? '')) to--;
  return parts.slice(from, to);
}

/** How much a run of capitalised words is a name by itself; with what stands before and after it. */
function scoreOf(names: readonly string[], before: string, after: string): number {
  const [first = ''] = names;
  const last = names.at(-1) ?? '';
  const isKnownFirst = isGiven(first);
  const isAmbiguous = AMBIGUOUS_NAMES.has(fold(first));
  const isKnownLast = names.length > 1 && isSurname(last);
  const isIntroduced = BEFORE_NAMES.has(before) || AFTER_NAMES.has(after);
  if (names.length === 1) {
    if (isKnownFirst && !isAmbiguous) return isIntroduced ? 0.65 : 0.3;
    return /^(?:mr|mrs|ms|named|name)$/.test(before) && (isKnownFirst || isSurname(first)) ? 0.6 : 0;
  }
  if (isKnownFirst && isKnownLast) return 0.85;
  if (isKnownFirst) return isAmbiguous ? (isIntroduced ? 0.55 : 0.3) : 0.7;
  if (isKnownLast && !AMBIGUOUS_SURNAMES.has(bare(last))) return isIntroduced ? 0.7 : 0.5;
  if (isSurname(first) && !AMBIGUOUS_SURNAMES.has(bare(first)) && isIntroduced) return 0.6;
  // nobody knows all names: who is written to or speaks is a person
  return SURELY_BEFORE.has(before) || SURELY_AFTER.has(after) ? 0.55 : 0;
}

function findInProse(scan: Scan): void {
  const { text } = scan;
  const { pairs } = scan.profile;
  const hasFurtherCapital = (pairs & NEXT_TO.spaceCapital) !== 0;
  if (hasFurtherCapital && TITLE_GATE.test(text))
    eachMatch(TITLED, text, (match) => {
      const name = match[1] ?? '';
      const start = match.index + match[0].length - name.length;
      if (isThing(name.split(' ')[0] ?? '')) return false;
      scan.propose({
        start,
        end: start + name.length,
        type: TYPE,
        rule: 'titled-name',
        base: 0.75,
        because: 'title before',
        isImmune: true,
      });
      return true;
    });
  eachMatch(SEQUENCE, text, ({ 0: sequence, index: from }) => {
    // one word by itself is nobody unless it is known
    if (!sequence.includes(' ') && !sequence.includes('-') && !isGiven(sequence) && !isSurname(sequence)) return true;
    const parts = trimThings(wordsOf(sequence));
    const [first] = parts;
    const last = parts.at(-1);
    if (first === undefined || last === undefined) return true;
    const start = from + first.at;
    const end = from + last.at + last.word.length;
    if (isWordChar(text, end) || /^[@(]|^[-/_.][\w]|^::/.test(text.slice(end, end + 3))) return true;
    const names = parts.map(({ word }) => word).filter((word) => word.length > 1 && isCapital(word));
    const score = scoreOf(names, wordBefore(text, start), wordAfterName(text, end));
    if (score > 0)
      scan.propose({ start, end, type: TYPE, rule: 'name', base: score, because: 'known names', isImmune: true });
    return true;
  });
  if ((pairs & NEXT_TO.capitalDot) !== 0) {
    eachMatch(INITIALS, text, ({ 0: whole, 1: initials = '', 2: name = '', index: start }) => {
      if (isThing(name) || (initials.length < 4 && !isSurname(name))) return false;
      scan.propose({
        start,
        end: start + whole.length,
        type: TYPE,
        rule: 'initials-name',
        base: 0.55,
        because: 'initials',
        isImmune: true,
      });
      return true;
    });
  }
  if (hasFurtherCapital && (pairs & NEXT_TO.commaSpace) !== 0) {
    eachMatch(REVERSED, text, ({ 0: whole, 1: surname = '', 2: given = '', index: start }) => {
      if (
        !isSurname(surname) ||
        !isGiven(given) ||
        AMBIGUOUS_SURNAMES.has(bare(surname)) ||
        AMBIGUOUS_NAMES.has(fold(given))
      )
        return false;
      scan.propose({
        start,
        end: start + whole.length,
        type: TYPE,
        rule: 'reversed-name',
        base: 0.7,
        because: 'known names',
        isImmune: true,
      });
      return true;
    });
  }
  if (hasFurtherCapital && (pairs & NEXT_TO.capitals) !== 0 && CAPITALS_GATE.test(text)) findCapitals(scan);
}

/** `SMITH, JOHN` and `JANE DOE`, as old systems print them. */
function findCapitals(scan: Scan): void {
  eachMatch(CAPITALS, scan.text, ({ 0: whole, index: start }) => {
    const words = whole.split(/[ ,.]+/).filter((word) => word.length > 1);
    const [first = '', second = ''] = words;
    const isName =
      (isGiven(first) && isSurname(second) && !AMBIGUOUS_NAMES.has(fold(first))) ||
      (whole.includes(',') && isSurname(first) && isGiven(second));
    if (isName)
      scan.propose({
        start,
        end: start + whole.length,
        type: TYPE,
        rule: 'capitals-name',
        base: 0.65,
        because: 'known names',
        isImmune: true,
      });
    return isName;
  });
}

/** `Ada Lovelace <ada@example.com>`: the name before the address. */
function beforeAddress(text: string): string {
  if (text.length > ADDRESSED_CHARS_MAX) return text;
  const open = text.search(/[<(]/);
  return open > 1 && text.includes('@', open) && /[>)]\s*$/.test(text) ? text.slice(0, open).trimEnd() : text;
}
const ADDRESSED_CHARS_MAX = 256;

function findInField(scan: Scan): void {
  const isNamed = scan.isKeyed(TYPE);
  const value = beforeAddress(scan.text).trim().replaceAll(/^"|"$/g, '');
  if (value.length < 2 || value.length > 80 || !FIELD.test(value) || NO_PERSON.test(value)) return;
  const words = value.split(' ').map((word) => word.replaceAll(/^\(|[.,)]+$/g, ''));
  const capitals = words.filter(isCapital);
  const isLikely =
    capitals.length >= 2 &&
    capitals.length <= 5 &&
    words.every((word) => isCapital(word) || PARTICLE.test(word)) &&
    !words.some(isThing) &&
    !value.endsWith('.');
  const isKnown = words.some((word) => isGiven(word) && !AMBIGUOUS_NAMES.has(fold(word)));
  const isAnyName = scan.place.person === 'any-name' && isLikely;
  const isKnownName = isKnown && isLikely;
  if (!isNamed && !isAnyName && !isKnownName && !(isKnown && words.length === 1 && isCapital(value))) return;
  const start = scan.text.indexOf(value);
  scan.propose({
    start,
    end: start + value.length,
    type: TYPE,
    rule: 'name-field',
    base: isNamed ? 0.45 : 0.55,
    because: 'looks like a name',
    isImmune: true,
  });
}

const PARTICLE = new RegExp(`^(?:${PARTICLES})$`);

export const person: Detector = {
  types: ['PERSON'],
  needs: 0,
  find(scan) {
    const { profile, place } = scan;
    if (scan.isKeyed(TYPE) || place.person !== 'no') {
      const before = scan.hits.length;
      findInField(scan);
      if (scan.hits.length > before) return;
    }
    if ((profile.mask & HAS.upper) === 0) return;
    const { pairs } = profile;
    if ((pairs & NEXT_TO.capitalised) !== 0) findInProse(scan);
    else if ((pairs & NEXT_TO.capitals) !== 0 && (pairs & NEXT_TO.spaceCapital) !== 0) findCapitals(scan);
  },
};
