/**
 * `**** **** **** 1111`: letters and digits become stars, separators stay, and of the last ones so many stay as they are, at
 * most half of the value. What stays is one piece, so that the end of the output is where it ends.
 */
import { strictnessOf, type Operator, type Span } from '#masking/operators/operator.ts';

export const PARTIAL_KEEP_MAX = 8;
const STAR = '*';
const ALNUM = /[\p{L}\p{N}]/u;
const ALNUMS = /[\p{L}\p{N}\p{M}]/gu;
/** The last piece, and how it hangs on what is before it: behind white space only digits, for a word there is a word of its own. */
const TAIL = /(?:(?<=\s)\p{Nd}+|(?<![\s\p{L}\p{N}])[\p{L}\p{N}]+)$/u;
/** More than may stay, so that it shows whether a piece is longer. */
const END_CHARS = 40;
const WORD_END = /[\p{L}\p{N}]+$/u;

/** Stars with up to three separators between, then at most a piece of letters and digits. */
const OUTPUT =
  /(?<![\p{L}\p{N}*])\*+(?:[^\p{L}\p{N}*\n]{1,3}\*+)*(?:[^\p{L}\p{N}*\s]{0,3}[\p{L}\p{N}]{1,8}|\s\p{Nd}{1,8})?(?![\p{L}\p{N}*])/gu;

function counted(text: string, isCounted: (char: string) => boolean): number {
  let count = 0;
  for (const char of text) if (isCounted(char)) count++;
  return count;
}

/** Half of it is hidden, or it is not this operator's. */
const isHalfHidden = (text: string): boolean =>
  counted(text, (char) => char === STAR) >= counted(text, (char) => ALNUM.test(char));

export const partialSpans = (text: string): readonly Span[] =>
  text.includes(STAR)
    ? [...text.matchAll(OUTPUT)]
        .filter(([found]) => isHalfHidden(found))
        .map(({ 0: found, index }) => ({ start: index, end: index + found.length }))
    : [];

const isWhole = (text: string): boolean => {
  const [first] = partialSpans(text);
  // separators around it are nobody's value
  return first !== undefined && !ALNUM.test(text.slice(0, first.start)) && !ALNUM.test(text.slice(first.end));
};

/** How much of the last piece may stay. */
function keptOf(value: string, keep: number): string {
  const total = counted(value, (char) => ALNUM.test(char));
  const allowed = Math.min(keep, Math.floor(total / 2));
  const end = value.slice(-END_CHARS);
  const piece = WORD_END.exec(end)?.[0] ?? '';
  const chars = Array.from(piece);
  if (allowed === 0 || chars.length === 0) return '';
  const kept = chars.slice(-allowed).join('');
  return kept.length < piece.length || TAIL.test(end) ? kept : '';
}

export function partialOf(value: string, keep: number): string {
  const kept = keptOf(value, keep);
  const head = value.slice(0, value.length - kept.length).replaceAll(ALNUMS, STAR);
  const output = head + kept;
  if (isWhole(output)) return output;
  const bare = value.replaceAll(ALNUMS, STAR);
  return isWhole(bare) ? bare : STAR.repeat(4);
}

export const createPartial = (keep: number): Operator => ({
  name: 'partial',
  strictness: strictnessOf({ name: 'partial', keep }),
  put: (_type, value) => partialOf(value, keep),
  spans: partialSpans,
});
