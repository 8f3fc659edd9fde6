/** The words of a name: where the name begins and ends among them. */
import { KNOWN, knownAs } from '#masking/words/known-words.ts';

/** `known`: bits of `KNOWN`. */
export type NamePart = { readonly at: number; readonly word: string; readonly known: number };

export const isCapital = (word: string): boolean => {
  const code = word.charCodeAt(0);
  return code < 128 ? code >= 0x41 && code <= 0x5a : /^\p{Lu}/u.test(word);
};

/** Names, initials and particles of a sequence. */
export function partsOf(text: string): NamePart[] {
  const words: NamePart[] = [];
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const last = text[end - 1];
    const word = text.slice(at, last === '.' || last === ',' ? end - 1 : end);
    words.push({ at, word, known: knownAs(word) });
    at = end + 1;
  }
  return words;
}

export const isThing = ({ known }: NamePart): boolean => (known & KNOWN.thing) !== 0;

/** Without what stands before the name and behind it (`Please contact`, `Contact Maria Lopez Monday`), and the thing right behind it. */
export function trimThings(parts: readonly NamePart[]): {
  readonly name: readonly NamePart[];
  readonly behind: string;
} {
  let from = 0;
  let to = parts.length;
  while (from < to && isOutside(parts[from])) from++;
  const thing = parts.findIndex((part, at) => at > from && at < to && isThing(part));
  if (thing >= 0) to = thing;
  while (to > from && !isCapital(parts[to - 1]?.word ?? '')) to--;
  return { name: parts.slice(from, to), behind: parts[to]?.word ?? '' };
}

const isOutside = (part: NamePart | undefined): boolean =>
  part !== undefined && (isThing(part) || !isCapital(part.word));
