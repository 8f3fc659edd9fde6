/**
 * Phone numbers: E.164 international, the North American plan (ITU-T E.164 annex, NANPA: area and exchange begin with 2
 * to 9), and national forms of others where a word or a key says that it is one.
 */
import { isInternationalNumber, isNationalNumber } from '#masking/detectors/phone-plan.ts';
import { digitsOf, isDigit, isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const TYPE = 'PHONE_NUMBER';
const NANP =
  /(?<![A-Za-z0-9+])(?:\+?1[ .-]?|001[ .-])?(?:\((\d{3})\)[ .-]{0,2}|(\d{3})([ .-]?))(\d{3})([ .-]?)\d{4}(?!\d)/g;
const INTERNATIONAL = /(?<![^\W_])(?:\+|00)(?=[1-9(])/g;
/** A national number with its trunk prefix, in two to five groups or in one. */
const TRUNK =
  /(?<![A-Za-z0-9+])(?:\(0\d{1,4}\)[ ]?\d{2,8}|0\d{1,4}[ ./-]\d{2,8}|0\d{8,10}(?!\d))(?:[ ./-]\d{2,8}){0,3}(?!\d)/g;
/** National numbers as Britain, France, Germany, India and Australia group them: with spaces nothing else is written like this. */
const SPACED =
  /(?<![\w+.,:/-]|\d )0(?:[1-9](?: \d\d){4}|\d{2} \d{4} \d{4}|\d{3} \d{3} \d{4}|\d{4} \d{3} \d{3}|\d{4} \d{6}|\d{2,3} \d{7,8}|\d \d{4} \d{4})(?![\w.,:/-]\w| ?[\dA-Fa-f]{2}\b|\w)/g;
/** `T: 4155550123`, as cards and signatures have it. */
const LABELLED = /(?:^|[\n|,;/(])[ *]{0,2}[TPMCHWF][:.] ?\*{0,2} ?$/i;
/** Groups without a trunk prefix: only where a key or a word says so. */
const GROUPED = /(?<![A-Za-z0-9+])(?:\d{2,5}[ .-]){1,4}\d{2,5}(?!\d)/g;
const LOCAL = /(?<![A-Za-z0-9+])\d{3}[ .-]\d{4}(?!\d)/g;
const EXTENSION = /[ ,;]{0,2}(?:x|ext\.?|extension|#)[ :]?\d{1,6}(?!\w)/iy;
const WHOLE = /^[ ]*(\+?[\d(][\d ().\-/]{5,24}\d(?:[ ,;]{0,2}(?:x|ext\.?|extension|#)[ :]?\d{1,6})?)[ ]*$/i;
/** A word of `CONTEXT_WORDS` at all: cheaper than asking at each number. */
const MENTION =
  /phone|tel|cell|mob|fax|call|dial|text|sms|whatsapp|ring|reach|contact|hotline|number|ph|landline|voicemail|direct|ext|handy|ruf|num[eé]ro|m[oó]vil|portable|message|llam|appel|número/i;
const DIGITS_MAX = 15;

/** A number that goes on is an identifier, a decimal or a date. */
function isPartOfMore(text: string, start: number, end: number): boolean {
  if (isWordChar(text, start - 1) || isWordChar(text, end)) return true;
  const before = text[start - 1] ?? ' ';
  // `mobile/415-555-0123`, and the parts of a path
  const isParted =
    before === '/' && !isDigit(text, start - 2) && /^\+|^\(?\d{2,4}[) .-]/.test(text.slice(start, start + 6));
  if (!isParted && '-./,_'.includes(before) && isWordChar(text, start - 2)) return true;
  if ('$€£#'.includes(before)) return true;
  const after = text[end] ?? ' ';
  return '-./_:'.includes(after) && isDigit(text, end + 1);
}

const withExtension = (text: string, end: number): number => {
  EXTENSION.lastIndex = end;
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end;
};

/** Area and exchange of the largest 32-bit integers. */
const INTEGER_BOUNDS = new Set(['214748', '429496']);

const isPlausible = (area: string, exchange: string): boolean =>
  !INTEGER_BOUNDS.has(area + exchange) && /^[2-9](?!11)[0-8]\d/.test(area) && /^[2-9](?!11)/.test(exchange);

/** Before context: how much a form looks like a phone number and like nothing else. */
function nanpBase(whole: string, isBracketed: boolean, separators: string, isPlausibleNumber: boolean): number {
  if (whole.startsWith('+')) return isPlausibleNumber ? 0.8 : 0.6;
  if (isBracketed) return isPlausibleNumber ? 0.75 : 0.55;
  if (separators === '--') return isPlausibleNumber ? 0.6 : /^(?:1[ .-])?[2-9]/.test(whole) ? 0.5 : 0.3;
  if (separators === '..') return isPlausibleNumber ? 0.55 : 0.2;
  if (separators === '') return whole.length > 10 ? 0.2 : 0.15;
  return isPlausibleNumber ? 0.5 : 0.2;
}

function findNanp(scan: Scan): void {
  const { text } = scan;
  eachMatch(NANP, text, (match) => {
    if (scan.isFull) return true;
    const [whole, bracketed, plain, first = '', exchange = '', second = ''] = match;
    const start = match.index;
    const end = withExtension(text, start + whole.length);
    if (isPartOfMore(text, start, end)) return false;
    const separators = bracketed === undefined ? `${first}${second}` : '()';
    const isGood = isPlausible(bracketed ?? plain ?? '', exchange);
    scan.propose({
      start,
      end,
      type: TYPE,
      rule: 'phone-north-american',
      base:
        nanpBase(whole, bracketed !== undefined, separators, isGood) +
        (isGood && LABELLED.test(text.slice(Math.max(0, start - 6), start)) ? 0.4 : 0),
      isValidated: isGood && separators !== '',
      ...(isGood ? { because: 'area and exchange are of the plan' } : {}),
      isImmune: whole.startsWith('+') || bracketed !== undefined,
    });
    return true;
  });
}

/** From `+`: digits with single separators or a bracketed group, ends after each digit that closes a group. */
function groupEnds(text: string, start: number): number[] {
  const ends: number[] = [];
  let digits = 0;
  let gap = 0;
  let at = start;
  for (; at < text.length && digits <= DIGITS_MAX && gap <= 3; at++) {
    if (isDigit(text, at)) {
      digits++;
      gap = 0;
      if (!isDigit(text, at + 1)) ends.push(at + 1);
    } else if (' .-/()\u00a0'.includes(text[at] ?? 'x')) gap++;
    else break;
  }
  return ends;
}

function findInternational(scan: Scan): void {
  const { text } = scan;
  eachMatch(INTERNATIONAL, text, (match) => {
    if (scan.isFull) return true;
    const start = match.index;
    const from = start + match[0].length;
    const ends = groupEnds(text, from).filter((end) => {
      const { length } = digitsOf(text.slice(from, end));
      return length >= 7 && length <= DIGITS_MAX;
    });
    // the number may be followed by another: the longest that a plan knows, else the longest
    for (const end of ends.toReversed().slice(0, 4)) {
      if (isPartOfMore(text, start, end)) continue;
      // whom nobody can ask any more is taken at his word, so that many numbers hide none
      const isAsked = scan.budget.mayValidate();
      if (isAsked && !isInternationalNumber(digitsOf(text.slice(from, end)))) continue;
      scan.propose({
        start,
        end: withExtension(text, end),
        type: TYPE,
        rule: 'phone-international',
        base: match[0] === '+' ? 0.8 : 0.5,
        isValidated: isAsked,
        because: isAsked ? 'a country plan knows it' : 'form',
        isImmune: match[0] === '+',
      });
      return true;
    }
    const end = ends.at(-1);
    if (end === undefined || isPartOfMore(text, start, end)) return false;
    scan.propose({
      start,
      end: withExtension(text, end),
      type: TYPE,
      rule: 'phone-international',
      base: match[0] === '+' ? 0.4 : 0.15,
    });
    return true;
  });
}

function findSpaced(scan: Scan): void {
  eachMatch(SPACED, scan.text, ({ 0: whole, index: start }) => {
    const isAsked = scan.budget.mayValidate();
    if (isAsked && !isNationalNumber(whole)) return false;
    scan.propose({
      start,
      end: withExtension(scan.text, start + whole.length),
      type: TYPE,
      rule: 'phone-spaced',
      base: 0.5,
      isValidated: isAsked,
      because: isAsked ? 'a country plan knows it' : 'form',
    });
    return true;
  });
}

const DATE =
  /^(?:(?:19|20)\d\d([ .-])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([ .-])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d)$/;

/** The last so many hits are asked. */
const RECENT_HITS = 32;

/** Part of a number that was checked as a whole, which is what counts. */
function isInValidated({ hits }: Scan, start: number, end: number): boolean {
  for (let at = hits.length - 1; at >= 0 && at >= hits.length - RECENT_HITS; at--) {
    const hit = hits[at];
    if (hit?.isValidated === true && hit.start <= start && hit.end >= end) return true;
  }
  return false;
}

/** Forms that are too common to be phone numbers by themselves. */
function findByContext(scan: Scan, pattern: RegExp, rule: string, digitsMin: number, base: number): void {
  const { text } = scan;
  eachMatch(pattern, text, (match) => {
    if (scan.isFull) return true;
    const start = match.index;
    const end = start + match[0].length;
    const { length } = digitsOf(match[0]);
    if (length < digitsMin || length > DIGITS_MAX || isPartOfMore(text, start, end)) return false;
    const isExpected = scan.isKeyed(TYPE) || scan.contextBefore(start, TYPE) !== undefined;
    if (!isExpected || DATE.test(match[0])) return false;
    // in groups without a trunk prefix anything may be written, so that a plan has to know it
    const isKnown =
      rule !== 'phone-grouped' ||
      isInValidated(scan, start, end) ||
      !scan.budget.mayValidate() ||
      isNationalNumber(match[0]);
    scan.propose({ start, end: withExtension(text, end), type: TYPE, rule, base: isKnown ? base + 0.1 : base });
    return true;
  });
}

export const phoneNumber: Detector = {
  types: ['PHONE_NUMBER'],
  needs: HAS.digit,
  numberMin: 7,
  find(scan) {
    const { text } = scan;
    // under a key of something else only what can be nothing else counts
    if (scan.place.isField && scan.place.against !== 'nothing' && !text.includes('+') && !text.includes('(')) return;
    const whole = scan.isKeyed(TYPE) ? WHOLE.exec(text)?.[1] : undefined;
    if (whole !== undefined) {
      const start = text.indexOf(whole);
      scan.propose({ start, end: start + whole.length, type: TYPE, rule: 'phone-field', base: 0.4 });
      return;
    }
    if (scan.profile.numberMax >= 10) findNanp(scan);
    if (text.includes('+') || text.includes('00')) findInternational(scan);
    if (scan.profile.numberMax >= 9) findSpaced(scan);
    if (!scan.isKeyed(TYPE) && ((scan.mentions & MENTIONS.phone) === 0 || !MENTION.test(text))) return;
    if (scan.profile.numberMax >= 8) findByContext(scan, TRUNK, 'phone-national', 8, 0.2);
    findByContext(scan, GROUPED, 'phone-grouped', 8, 0.05);
    findByContext(scan, LOCAL, 'phone-local', 7, 0.15);
  },
};
