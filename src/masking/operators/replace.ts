/** A fixed text of the operator's: does not even say the type. */
import { strictnessOf, type Operator, type Span } from '#masking/operators/operator.ts';

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char);

/** Where the text stands by itself: inside a word it is somebody else's. */
export function spansOf(text: string, searched: string): readonly Span[] {
  const spans: Span[] = [];
  for (let at = searched.indexOf(text); at >= 0; at = searched.indexOf(text, at + text.length)) {
    const end = at + text.length;
    const isInside = (isWord(text[0]) && isWord(searched[at - 1])) || (isWord(text.at(-1)) && isWord(searched[end]));
    if (!isInside) spans.push({ start: at, end });
  }
  return spans;
}

export const createReplace = (text: string): Operator => ({
  name: 'replace',
  strictness: strictnessOf({ name: 'replace', text }),
  put: () => text,
  spans: (searched) => spansOf(text, searched),
});
