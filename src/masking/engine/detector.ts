import type { Scan } from '#masking/engine/scan.ts';

/**
 * Looks for one kind of value. The gate is what the engine checks before it calls: bits of `HAS` that a text must have
 * all of, so many digits, so long a token. `find` takes time linear in the text and proposes candidates.
 */
export type Detector = {
  /** Built-in entities, or names of the operator's own. */
  readonly types: readonly string[];
  readonly needs: number;
  readonly digitsMin?: number;
  /** In one number. */
  readonly numberMin?: number;
  readonly runMin?: number;
  find(scan: Scan): void;
};

/**
 * A letter or a digit of any alphabet that values are written in; false at either end of the text. Not `_`: it joins a value to a
 * name (`ssn_…`), and Markdown writes with it. In patterns that is `[^\W_]`.
 */
export function isWordChar(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code <= 0x24f)
  );
}

export const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
};

/** Numbers have few digits, so that no pattern is worth its while. */
export function digitsOf(text: string): string {
  let digits = '';
  for (let at = 0; at < text.length; at++) {
    let end = at;
    while (isDigit(text, end)) end++;
    if (end > at) digits += text.slice(at, end);
    at = end;
  }
  return digits;
}
