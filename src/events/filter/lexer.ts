/** Words, literals and brackets of a filter (RFC 7644 section 3.4.2.2) with their offsets. Knows no grammar. */
import type { FilterFault } from '#events/filter/ast.ts';
import { type Result, err, ok } from '#result.ts';

export type Token =
  | { readonly type: 'word'; readonly text: string; readonly start: number }
  | { readonly type: 'string'; readonly value: string; readonly start: number }
  | { readonly type: 'number'; readonly value: number; readonly start: number }
  | { readonly type: '(' | ')' | '[' | ']'; readonly start: number }
  | { readonly type: 'end'; readonly start: number };

// The number and string of RFC 8259; a word is an attribute path or an operator.
const SPACE = /[ \t\r\n]+/y;
const WORD = /[A-Za-z_$][A-Za-z0-9_$.:-]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

export function lexFilter(text: string): Result<readonly Token[], FilterFault> {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += take(SPACE)?.length ?? 0;
    if (at >= text.length) break;
    const char = text.charAt(at);
    if (char === '(' || char === ')' || char === '[' || char === ']') {
      tokens.push({ type: char, start: at });
      at += 1;
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      tokens.push({ type: 'word', text: word, start: at });
      at += word.length;
      continue;
    }
    const literal = literalAt(text, at, take);
    if (!literal.ok) return literal;
    tokens.push(literal.value.token);
    at += literal.value.length;
  }
  tokens.push({ type: 'end', start: text.length });
  return ok(tokens);
}

type Literal = { readonly token: Token; readonly length: number };

function literalAt(
  text: string,
  at: number,
  take: (pattern: RegExp) => string | undefined,
): Result<Literal, FilterFault> {
  const fault = (expected: string, message: string): Result<never, FilterFault> =>
    err({ offset: at, expected, message });
  const quoted = take(STRING);
  if (quoted !== undefined) {
    const value = String(JSON.parse(quoted));
    // SQLite's text functions end at a NUL.
    if (value.includes('\0')) return fault('a string without U+0000', 'the string contains U+0000');
    if (!value.isWellFormed()) return fault('a string of whole characters', 'the string contains a lone surrogate');
    return ok({ token: { type: 'string', value, start: at }, length: quoted.length });
  }
  if (text.charAt(at) === '"') return fault('a JSON string', 'the string is not closed or has a bad escape');
  const digits = take(NUMBER);
  if (digits === undefined)
    return fault('an attribute, an operator, a quoted string, a number or a bracket', 'unexpected character');
  const value = Number(digits);
  if (!Number.isFinite(value)) return fault('a number up to 1.8e308', 'the number is too large');
  return ok({ token: { type: 'number', value, start: at }, length: digits.length });
}
