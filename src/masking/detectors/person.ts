/**
 * Names of people. In a field whose key says so, whatever looks like a name; in prose by gazetteer, honorific and the
 * words around. A guess, so it wants two signs, except where somebody is named by a title.
 */
import { aroundOf, isOfSomethingElse, scoreOf } from '#masking/detectors/name-context.ts';
import { isCapital, partsOf, trimThings, type NamePart } from '#masking/detectors/name-parts.ts';
import { findInField } from '#masking/detectors/person-field.ts';
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS, NEXT_TO } from '#masking/engine/text-profile.ts';
import {
  isGiven,
  isSurelyGiven,
  isSurelySurname,
  isSurname,
  isThing,
  KNOWN,
  knownAs,
} from '#masking/words/known-words.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';
import { HONORIFICS, PARTICLES } from '#masking/words/person-words.ts';

const TYPE = 'PERSON';
const UPPER = 'A-ZÀ-ÖØ-ÞŁŚŻŠČĐĆŞİ';
const LOWER = 'a-zß-öø-ÿāăąćčďđēęěğīıłńňōőřśşšţťūůűźżžș';
/** One capitalised word: O'Brien, McDonald, Jean-Luc. */
const NAME = `(?:[DLO]['’])?[${UPPER}][${LOWER}]{1,19}(?:[${UPPER}][${LOWER}]{1,19})?(?:[-'’][${UPPER}${LOWER}][${LOWER}]{1,19})?`;
const SEQUENCE = new RegExp(
  `(?<![^\\W_]_?|[@/.#$${LOWER}-])${NAME}(?:[ ](?:[${UPPER}]\\.[ ]?|(?:${PARTICLES})[ ](?:(?:la|los|der|den)[ ])?)?${NAME}){0,3}`,
  'g',
);
const TITLED = new RegExp(
  `(?<![\\w])(?:${HONORIFICS})\\.?[ ]((?:[${UPPER}]\\.[ ]?){0,2}(?:(?:${PARTICLES})[ ]){0,2}${NAME}(?:[ ](?:[${UPPER}]\\.[ ]?|(?:${PARTICLES})[ ])?${NAME}){0,2})`,
  'g',
);
const REVERSED = new RegExp(`(?<![\\w@/.#-])(${NAME}),[ ](${NAME})(?:[ ][${UPPER}]\\.?)?(?![\\w])`, 'g');
const CAPITALS_GATE = /[A-ZÀ-Þ]{2}[, ]/;
const CAPITALS = /(?<![\wÀ-ɏ-])([A-ZÀ-Þ]{2,15})(,)?[ ](?:[A-Z]\.?[ ])?([A-ZÀ-Þ]{2,15})(?![\w-])/g;

/** `J. K. Rowling`. */
const INITIALS = new RegExp(
  `(?<![\\w.@/-])(?!(?:U\\. ?S|U\\. ?K|E\\. ?U|D\\. ?C|P\\. ?O)\\.)((?:[${UPPER}]\\.[ ]?){1,3})(${NAME})(?![\\w])`,
  'g',
);

const hasInitial = (name: readonly NamePart[]): boolean =>
  name.some(({ word }, at) => at > 0 && word.length === 1 && isCapital(word));

/** What looks like a name goes on as something else: an address, a path, a call, a name of code. */
function goesOn(text: string, end: number): boolean {
  const code = text.charCodeAt(end);
  if (isWordChar(text, end) || code === 0x40 || code === 0x28) return true;
  const next = text.charCodeAt(end + 1);
  if (code === 0x3a) return next === 0x3a;
  return (code === 0x2d || code === 0x2f || code === 0x2e) && next < 0x80 && isWordChar(text, end + 1);
}

const propose = (scan: Scan, start: number, end: number, base: number): void =>
  scan.propose({ start, end, type: TYPE, rule: 'name', base, because: 'known names', isImmune: true });

/** One capitalised word, as at the beginning of every sentence: most are known to be none. */
function proposeWord(scan: Scan, word: string, start: number): void {
  const { text } = scan;
  const end = start + word.length;
  const known = knownAs(word);
  if ((known & KNOWN.thing) !== 0 || goesOn(text, end)) return;
  const names = [{ at: 0, word, known }];
  const around = aroundOf(text, start, end);
  const score = scoreOf(names, false, around);
  if (score > 0 && !isOfSomethingElse(names, '', around)) propose(scan, start, end, score);
}

function proposeSequence(scan: Scan, sequence: string, from: number): void {
  const { text } = scan;
  const { name, behind } = trimThings(partsOf(sequence));
  const [first] = name;
  const last = name.at(-1);
  if (first === undefined || last === undefined) return;
  const start = from + first.at;
  const end = from + last.at + last.word.length;
  if (goesOn(text, end)) return;
  const names = name.filter(({ word }) => word.length > 1 && isCapital(word));
  const around = aroundOf(text, start, end);
  const score = scoreOf(names, names.length < name.length && hasInitial(name), around);
  if (score > 0 && !isOfSomethingElse(names, behind, around)) propose(scan, start, end, score);
}

function findInProse(scan: Scan): void {
  const { text } = scan;
  const { pairs } = scan.profile;
  const hasFurtherCapital = (pairs & NEXT_TO.spaceCapital) !== 0;
  if (hasFurtherCapital && (scan.mentions & MENTIONS.title) !== 0)
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
  eachMatch(SEQUENCE, text, ({ 0: sequence, index }) => {
    if (sequence.includes(' ')) proposeSequence(scan, sequence, index);
    else proposeWord(scan, sequence, index);
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
      if (!isSurelySurname(surname) || !isSurelyGiven(given)) return false;
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
  eachMatch(CAPITALS, scan.text, ({ 0: whole, 1: first = '', 2: comma, 3: second = '', index: start }) => {
    const isName =
      (isSurelyGiven(first) && isSurname(second)) || (comma !== undefined && isSurname(first) && isGiven(second));
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
