/** The words around a candidate, as far as they count. */

/** How far a word may stand before a value and still be about it. */
const BEFORE_CHARS = 56;
const AFTER_CHARS = 24;
/** A word that speaks against stands close to what it is about: `order 4155550123`. */
const AGAINST_WORDS = 3;

const WORDS = /[a-zà-ÿ]+/g;

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xff);

/** The nearest word before `start` of either set; of `against` only when it is one of the last few words. */
export function nearestWord(
  text: string,
  start: number,
  words: ReadonlySet<string> | undefined,
  against: ReadonlySet<string>,
): string | undefined {
  const floor = Math.max(0, start - BEFORE_CHARS);
  let steps = 0;
  for (let end = start; end > floor;) {
    while (end > floor && !isLetter(text.charCodeAt(end - 1))) end--;
    let from = end;
    while (from > floor && isLetter(text.charCodeAt(from - 1))) from--;
    if (from === end) return undefined;
    const word = text.slice(from, end).toLowerCase();
    if (words?.has(word) === true) return word;
    if (steps++ < AGAINST_WORDS && against.has(word)) return word;
    if (words === undefined && steps >= AGAINST_WORDS) return undefined;
    end = from;
  }
  return undefined;
}

/** A word right after a value that says what it is: `415-555-0123 (mobile)`. A new sentence or line is about something else. */
export function wordAfter(text: string, end: number, words: ReadonlySet<string> | undefined): string | undefined {
  if (words === undefined || end >= text.length) return undefined;
  const after = text.slice(end, end + AFTER_CHARS).toLowerCase();
  const stop = after.search(/[\n.;,:|]/);
  const found = (stop < 0 ? after : after.slice(0, stop)).match(WORDS);
  return found?.find((word) => words.has(word));
}
