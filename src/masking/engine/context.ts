/** The words around a candidate, as far as they count. */

/** How far a word may stand before a value and still be about it. */
const BEFORE_CHARS = 56;
const AFTER_CHARS = 24;
/** A word that speaks against stands close to what it is about: `order 4155550123`. */
const AGAINST_WORDS = 3;

const WORDS = /[a-zà-ÿ]+/g;

/** The nearest word before `start` of either set; of `against` only when it is one of the last few words. */
export function nearestWord(
  text: string,
  start: number,
  words: ReadonlySet<string> | undefined,
  against: ReadonlySet<string>,
): string | undefined {
  const from = Math.max(0, start - BEFORE_CHARS);
  if (from === start) return undefined;
  const found = text.slice(from, start).toLowerCase().match(WORDS);
  if (found === null) return undefined;
  for (let at = found.length - 1, steps = 0; at >= 0; at--, steps++) {
    const word = found[at] ?? '';
    if (words?.has(word) === true) return word;
    if (steps < AGAINST_WORDS && against.has(word)) return word;
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
