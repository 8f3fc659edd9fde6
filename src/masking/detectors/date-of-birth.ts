/** Dates in the forms people write, where a key or a word before says that somebody was born on them. */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const TYPE = 'DATE_OF_BIRTH';
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const YEAR = '(?:1[89]|20)\\d{2}';
const DATE = new RegExp(
  '(?<!\\w)(?:' +
    [
      `${YEAR}([-/.])(?:1[0-2]|0?[1-9])\\1(?:3[01]|[12]\\d|0?[1-9])(?!\\d)`,
      `(?:3[01]|[12]\\d|0?[1-9])([-/. ])(?:3[01]|[12]\\d|0?[1-9])\\2(?:${YEAR}|\\d{2})(?!\\d)`,
      `${MONTH}\\.?[ ](?:3[01]|[12]\\d|0?[1-9])(?:st|nd|rd|th)?,?[ ]${YEAR}`,
      `(?:3[01]|[12]\\d|0?[1-9])(?:st|nd|rd|th)?[ -](?:of[ ])?${MONTH}\\.?,?[ -]${YEAR}`,
    ].join('|') +
    ')',
  'gi',
);
const COMPACT = /^(?:1[89]|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;
/** The word and the date are in one breath, without another date or what took its place: `born on 3 May 1985`, `DOB: 05/03/85`. */
const BORN =
  /(?:\bborn\b|\bbirth|\bb-?day\b|\bd\.?\s?o\.?\s?b\b\.?|\bgeb(?:oren)?\b)(?:(?!\d{4}|\d{1,2}[-/.]\d)[^.;\n\]]){0,40}$/i;
const GATE = /born|birth|day|d\.?\s?o\.?\s?b|geb/i;
const LEAD_CHARS = 64;

export const dateOfBirth: Detector = {
  types: ['DATE_OF_BIRTH'],
  needs: HAS.digit,
  digitsMin: 4,
  find(scan) {
    const { text } = scan;
    const isKeyed = scan.isKeyed(TYPE);
    if (isKeyed && COMPACT.test(text)) {
      scan.propose({ start: 0, end: text.length, type: TYPE, rule: 'birth-date-field', base: 0.4 });
      return;
    }
    if (!isKeyed && (scan.profile.mask & HAS.space) === 0 && (scan.profile.mask & HAS.colon) === 0) return;
    if (!isKeyed && ((scan.mentions & MENTIONS.birth) === 0 || !GATE.test(text))) return;
    eachMatch(DATE, text, (match) => {
      const start = match.index;
      const end = start + match[0].length;
      if (isWordChar(text, end) && !/^T\d/.test(text.slice(end, end + 2))) return false;
      const isBorn = isKeyed || BORN.test(text.slice(Math.max(0, start - LEAD_CHARS), start));
      if (isBorn)
        scan.propose({
          start,
          end,
          type: TYPE,
          rule: 'birth-date',
          base: isKeyed ? 0.5 : 0.9,
          isImmune: true,
          because: 'said to be a birth',
        });
      return isBorn;
    });
  },
};
