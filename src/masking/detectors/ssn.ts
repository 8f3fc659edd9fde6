/** US social security numbers: areas, groups and serials that the Social Security Administration issues (20 CFR 422.103, POMS RM 10201.030). */
import { isDigit, isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const CANDIDATE = /(?<![^\W_])\d{3}(?:([ .-])\d{2}\1\d{4}|\d{6})(?!\d)/g;

/** Part of something longer, such as an account or a tracking number. */
export function isNinePart(text: string, start: number, end: number): boolean {
  if (isWordChar(text, start - 1) || isWordChar(text, end)) return true;
  const [before, after] = [text[start - 1] ?? '', text[end] ?? ''];
  // in a path it is a part by itself
  const parts = text[start + 3] === '-' ? '-.,+' : '-.,/+';
  if (parts.includes(before) && before !== '' && isWordChar(text, start - 2)) return true;
  if (before === '$' || before === '#') return before === '$';
  return parts.includes(after) && after !== '' && isDigit(text, end + 1);
}

const isSameDigit = (digits: string): boolean => /^(\d)\1{8}$/.test(digits);

export const ssn: Detector = {
  types: ['US_SSN'],
  needs: HAS.digit,
  numberMin: 9,
  find(scan) {
    const { text } = scan;
    eachMatch(CANDIDATE, text, (match) => {
      const start = match.index;
      const end = start + match[0].length;
      const digits = match[0].replaceAll(/\D/g, '');
      const area = digits.slice(0, 3);
      if (area === '000' || area === '666' || area >= '900') return false;
      if (digits.slice(3, 5) === '00' || digits.slice(5) === '0000' || isSameDigit(digits)) return false;
      if (isNinePart(text, start, end)) return false;
      const separator = match[1];
      scan.propose({
        start,
        end,
        type: 'US_SSN',
        rule: 'ssn',
        base: separator === '-' ? 0.75 : separator === ' ' ? 0.4 : separator === '.' ? 0.2 : 0.15,
        because: 'area, group and serial are issued',
        isImmune: separator === '-' && scan.place.against !== 'numbers',
      });
      return true;
    });
  },
};
