/** The words around a candidate, as far as they count. */

import { CURRENCIES } from '#masking/words/context-words.ts';

/** How far a word may stand before a value and still be about it. */
const BEFORE_CHARS = 56;
const AFTER_CHARS = 24;
/** A word that speaks against stands close to what it is about: `order 4155550123`. */
const AGAINST_WORDS = 3;

/** Fills the place of a masked value (engine.ts): it does not count, so that what stands there instead may be of another length. */
const MASKED = 0x7e;
const MASKED_CHARS_MAX = 512;

const WORDS = /[a-zà-ÿ]+/g;

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xff);

/** By first letter, the lengths of the words of a set as bits: most words need not be spelled out to be none of it. */
const LENGTH_BITS = 31;
const shapes = new Map<ReadonlySet<string>, Int32Array>();

function shapesOf(words: ReadonlySet<string>): Int32Array {
  let known = shapes.get(words);
  if (known !== undefined) return known;
  known = new Int32Array(32);
  for (const word of words) {
    const row = word.charCodeAt(0) & 31;
    known[row] = (known[row] ?? 0) | (1 << Math.min(word.length, LENGTH_BITS));
  }
  shapes.set(words, known);
  return known;
}

const NO_SHAPES = new Int32Array(32);

const mayBeIn = (words: Int32Array, first: number, length: number): boolean =>
  (((words[first & 31] as number) >>> Math.min(length, LENGTH_BITS)) & 1) === 1;

/** The nearest word before `start` of either set; of `against` only when it is one of the last few words. */
export function nearestWord(
  text: string,
  start: number,
  words: ReadonlySet<string> | undefined,
  against: ReadonlySet<string>,
): string | undefined {
  let floor = Math.max(0, start - BEFORE_CHARS);
  const lowest = Math.max(0, floor - MASKED_CHARS_MAX);
  let steps = 0;
  const [wanted, unwanted] = [words === undefined ? NO_SHAPES : shapesOf(words), shapesOf(against)];
  for (let end = start; end > floor;) {
    while (end > floor && !isLetter(text.charCodeAt(end - 1))) {
      end--;
      if (floor > lowest && text.charCodeAt(end) === MASKED) floor--;
    }
    let from = end;
    while (from > floor && isLetter(text.charCodeAt(from - 1))) from--;
    if (from === end) return undefined;
    const first = text.charCodeAt(from);
    const isNear = steps++ < AGAINST_WORDS;
    if (mayBeIn(wanted, first, end - from) || (isNear && mayBeIn(unwanted, first, end - from))) {
      const word = text.slice(from, end).toLowerCase();
      if (words?.has(word) === true) return word;
      if (isNear && against.has(word) && (steps === 1 || !CURRENCIES.has(word))) return word;
    }
    if (words === undefined && steps >= AGAINST_WORDS) return undefined;
    end = from;
  }
  return undefined;
}

/** A word right after a value that says what it is: `415-555-0123 (mobile)`. A new sentence or line is about something else. */
export function wordAfter(text: string, end: number, words: ReadonlySet<string> | undefined): string | undefined {
  if (words === undefined || end >= text.length) return undefined;
  let to = end + AFTER_CHARS;
  for (let at = end; at < to && to - end < MASKED_CHARS_MAX; at++) if (text.charCodeAt(at) === MASKED) to++;
  const after = text.slice(end, to).toLowerCase();
  const stop = after.search(/[\n.;,:|]/);
  const found = (stop < 0 ? after : after.slice(0, stop)).match(WORDS);
  return found?.find((word) => words.has(word));
}
