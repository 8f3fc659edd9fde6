/** Payment card numbers: ISO/IEC 7812-1 check digit, and the ranges and lengths that issuers publish. */
import { passesLuhn } from '#masking/detectors/luhn.ts';
import { digitsOf, isDigit, isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { wordSet } from '#masking/words/word-set.ts';

type Issuer = {
  readonly name: string;
  /** First digits, from and to, of the same length. */
  readonly ranges: readonly (readonly [string, string])[];
  readonly lengths: readonly number[];
};

const UP_TO_19 = [16, 17, 18, 19];
const ISSUERS: readonly Issuer[] = [
  { name: 'visa', ranges: [['4', '4']], lengths: [13, 16, 19] },
  {
    name: 'mastercard',
    ranges: [
      ['51', '55'],
      ['2221', '2720'],
    ],
    lengths: [16],
  },
  {
    name: 'amex',
    ranges: [
      ['34', '34'],
      ['37', '37'],
    ],
    lengths: [15],
  },
  {
    name: 'discover',
    ranges: [
      ['6011', '6011'],
      ['644', '649'],
      ['65', '65'],
    ],
    lengths: UP_TO_19,
  },
  {
    name: 'diners',
    ranges: [
      ['300', '305'],
      ['3095', '3095'],
      ['36', '36'],
      ['38', '39'],
    ],
    lengths: [14, 16, 19],
  },
  { name: 'jcb', ranges: [['3528', '3589']], lengths: UP_TO_19 },
  {
    name: 'jcb of old',
    ranges: [
      ['2131', '2131'],
      ['1800', '1800'],
    ],
    lengths: [15],
  },
  {
    name: 'unionpay',
    ranges: [
      ['62', '62'],
      ['81', '81'],
    ],
    lengths: UP_TO_19,
  },
  { name: 'mir', ranges: [['2200', '2204']], lengths: UP_TO_19 },
  {
    name: 'rupay',
    ranges: [
      ['60', '60'],
      ['82', '82'],
      ['508', '508'],
    ],
    lengths: [16],
  },
  { name: 'troy', ranges: [['9792', '9792']], lengths: [16] },
  {
    name: 'verve',
    ranges: [
      ['506099', '506198'],
      ['650002', '650027'],
    ],
    lengths: [16, 18, 19],
  },
  {
    name: 'elo',
    ranges: [
      ['5067', '5067'],
      ['5090', '5090'],
      ['6362', '6363'],
    ],
    lengths: [16],
  },
  {
    name: 'maestro',
    ranges: [
      ['5018', '5018'],
      ['5020', '5020'],
      ['5038', '5038'],
      ['5893', '5893'],
      ['6304', '6304'],
      ['6759', '6759'],
      ['6761', '6763'],
    ],
    lengths: [12, 13, 14, 15, 16, 17, 18, 19],
  },
];

function issuerOf(digits: string): string | undefined {
  for (const { name, ranges, lengths } of ISSUERS) {
    if (!lengths.includes(digits.length)) continue;
    for (const [from, to] of ranges) {
      const start = digits.slice(0, from.length);
      if (start >= from && start <= to) return name;
    }
  }
  return undefined;
}

/** How cards are printed: 4-4-4-4, 4-6-5, 4-6-4 and 4-4-4-4-3, with one separator throughout, or without any. */
const CANDIDATE =
  /(?<![^\W_])\d{4}(?:([ .-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|([ -])\d{6}\2\d{4,5}|\d{8,15}|([ ])[ ]?\d{4}[ ]{1,2}\d{4}[ ]{1,2}\d{4})(?!\d)/g;

/** A number that goes on is another number: a decimal, an amount, a part of an identifier. */
function isPartOfMore(text: string, start: number, end: number): boolean {
  if (isWordChar(text, start - 1) || isWordChar(text, end)) return true;
  const before = text[start - 1];
  if ((before === '.' || before === '-' || before === '+' || before === ',') && isWordChar(text, start - 2))
    return true;
  if (before === '$' || before === '€' || before === '£' || before === '#') return true;
  const after = text[end];
  if ((after === '-' || after === '.' || after === ',') && isDigit(text, end + 1)) return true;
  return after === '-' && isWordChar(text, end + 1);
}

/** ISO/IEC 7812-1: cards of payment begin with 3 to 6; not every issuer publishes its ranges. */
const MAY_BE_CARD = /^[3-6]\d{11,18}$/;
const isSaidToBeCard = (scan: Scan, start: number, digits: string): boolean =>
  MAY_BE_CARD.test(digits) &&
  (scan.isKeyed('CREDIT_CARD') || CARD_WORDS.has(scan.contextBefore(start, 'CREDIT_CARD') ?? ''));
const CARD_WORDS = wordSet('card cards cc amex visa mastercard maestro cardholder');

export const creditCard: Detector = {
  types: ['CREDIT_CARD'],
  needs: HAS.digit,
  numberMin: 12,
  find(scan) {
    const { text } = scan;
    eachMatch(CANDIDATE, text, (match) => {
      const start = match.index;
      const end = start + match[0].length;
      const digits = digitsOf(match[0]);
      // the cheap question first, which nine of ten numbers fail
      if (!passesLuhn(digits) || isPartOfMore(text, start, end)) return false;
      const issuer = issuerOf(digits);
      if (issuer === undefined && !isSaidToBeCard(scan, start, digits)) return false;
      const isGrouped = digits.length !== match[0].length;
      // thirteen digits are a bar code more often than an old Visa card, twelve are anything
      const isShort = digits.length < 14;
      scan.propose({
        start,
        end,
        type: 'CREDIT_CARD',
        rule: 'card-number',
        base: isShort || issuer === undefined ? 0.3 : isGrouped ? 0.9 : 0.65,
        isValidated: true,
        because: `check digit, ${issuer ?? 'unknown issuer'}`,
        isImmune: isGrouped,
      });
      return true;
    });
  },
};
