/** Dates of birth between 1800 and 1849: of nobody alive. Only those written in figures with a year of four. */
import { matchSpans, type Form } from '#masking/operators/format/form.ts';

const DAY = '(?:0[1-9]|1\\d|2[0-8])';
const OUTPUT = new RegExp(
  `(?<![\\w./-])(?:18[0-4]\\d([-./])${DAY}\\1${DAY}|${DAY}([-./])${DAY}\\2 ?18[0-4]\\d)(?![\\w/-])`,
  'g',
);
const YEAR_FIRST = /^\d{4}([-./])\d{1,2}\1\d{1,2}$/;
const YEAR_LAST = /^\d{1,2}([-./])\d{1,2}\1\d{4}$/;

export const dateForm: Form = {
  types: ['DATE_OF_BIRTH'],
  make(value, draw) {
    const two = (n: number): string => String(n).padStart(2, '0');
    const year = `18${two(draw.below(50))}`;
    // both up to 12: whichever of them is the month
    const [one, other] = [two(1 + draw.below(12)), two(1 + draw.below(12))];
    const first = YEAR_FIRST.exec(value)?.[1];
    if (first !== undefined) return [year, one, other].join(first);
    const last = YEAR_LAST.exec(value)?.[1];
    return last === undefined ? undefined : [one, other, year].join(last);
  },
  spans: (text) => (text.includes('18') ? matchSpans(OUTPUT, text) : []),
};
