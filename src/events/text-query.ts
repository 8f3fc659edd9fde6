/**
 * What a person types to search texts, as an FTS5 query. Words must all occur; "quoted words" as a phrase; a star at the end of
 * a word matches its beginnings. Every term is quoted for FTS5 (https://sqlite.org/fts5.html section 3.1), so nothing typed is
 * ever read as its syntax.
 */
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

/** A term with no letter or digit has no token of unicode61 in it, and would make the whole query match nothing. */
const HAS_TOKEN = /[\p{L}\p{N}\p{Co}]/u;

/** The words of a text, one after the other, as a term; undefined when it has no word. */
export function phraseOf(text: string): string | undefined {
  const plain = text.replaceAll(/["\0]/g, ' ').toWellFormed();
  return HAS_TOKEN.test(plain) ? `"${plain}"` : undefined;
}

/** All of these FTS5 terms must occur. */
export const allOf = (terms: readonly string[]): string => terms.join(' ');

/** The error is a sentence for the user. */
export function textQuery(
  text: string,
  limits: Pick<Limits, 'searchTextChars' | 'searchTextTerms'>,
): Result<string, string> {
  if (text.length > limits.searchTextChars) return err(`the text is longer than ${limits.searchTextChars} characters`);
  const terms: string[] = [];
  for (const [, phrase, word] of text
    .replaceAll('\0', ' ')
    .toWellFormed()
    .matchAll(/"([^"]*)"?|([^\s"]+)/g)) {
    const term = phrase ?? word ?? '';
    if (!HAS_TOKEN.test(term)) continue;
    const isPrefix = phrase === undefined && term.endsWith('*');
    terms.push(`"${term}"${isPrefix ? ' *' : ''}`);
  }
  if (terms.length === 0) return err('the text holds no word to search for');
  if (terms.length > limits.searchTextTerms)
    return err(`the text has more than ${limits.searchTextTerms} words or phrases`);
  return ok(allOf(terms));
}
