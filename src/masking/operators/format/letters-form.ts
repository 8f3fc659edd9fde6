/** Names as words of x, q and z, of the same length and case: no language has such names. */
import { matchSpans, type Form } from '#masking/operators/format/form.ts';

const LETTERS = 'xqz';
const LETTER = /\p{L}/gu;
/** Bounded in words and letters: a text may be full of beginnings. */
const OUTPUT =
  /(?<![\p{L}\p{N}_])(?:[xqz]{1,64}[ .,'’&-]{1,2}){0,8}[xqz]{2,64}(?:[ .,'’&-]{1,2}[xqz]{1,64}(?![\p{L}\p{N}_])){0,8}(?![\p{L}\p{N}_])/giu;
const ONLY_WORDS = /^[\p{L}\p{M} .,'’&-]+$/u;

export const lettersForm: Form = {
  types: ['PERSON', 'LOCATION', 'ORGANIZATION'],
  make(value, draw) {
    if (!ONLY_WORDS.test(value)) return undefined;
    return value
      .normalize('NFC')
      .replaceAll(/\p{M}/gu, '')
      .replaceAll(LETTER, (letter) => {
        const drawn = LETTERS[draw.below(LETTERS.length)] ?? '';
        return letter === letter.toLowerCase() ? drawn : drawn.toUpperCase();
      });
  },
  spans: (text) => matchSpans(OUTPUT, text),
};
