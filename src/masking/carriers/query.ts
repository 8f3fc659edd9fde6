/**
 * Pairs of a query, in a URI (RFC 3986 section 3.4) or by themselves as forms are sent (WHATWG URL,
 * application/x-www-form-urlencoded): where each value stands and what it says.
 */
import { LIMITS } from '#limits.ts';

export type QueryPair = {
  readonly name: string;
  /** Of the value as spelled. */
  readonly start: number;
  readonly end: number;
  readonly value: string;
};

const QUERY_IN_URI = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:[^\s?#]*\?([^\s#]+)(?:#[^\s]*)?$/;
const FORM = /^[A-Za-z0-9_.%[\]-]{1,64}=[^\s&=]*(?:&[A-Za-z0-9_.%[\]-]{1,64}=[^\s&=]*)+$/;

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** None when the text is neither. */
export function queryPairs(text: string): readonly QueryPair[] {
  if (!text.includes('=') || text.length > LIMITS.queryChars) return [];
  const inUri = QUERY_IN_URI.exec(text)?.[1];
  const from = inUri === undefined ? (FORM.test(text) ? 0 : -1) : text.indexOf('?') + 1;
  if (from === -1) return [];
  const pairs: QueryPair[] = [];
  let at = from;
  for (const piece of (inUri ?? text).split('&')) {
    const equals = piece.indexOf('=');
    if (equals > 0 && equals < piece.length - 1) {
      const start = at + equals + 1;
      pairs.push({
        name: decoded(piece.slice(0, equals)),
        start,
        end: at + piece.length,
        value: decoded(piece.slice(equals + 1)),
      });
    }
    at += piece.length + 1;
  }
  return pairs;
}

/** As a value of a query is spelled. Placeholders stay readable: no reader of queries minds brackets and colons. */
export const encodeQueryValue = (value: string): string =>
  encodeURIComponent(value).replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('%3A', ':');
