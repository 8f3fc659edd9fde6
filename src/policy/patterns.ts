/**
 * Patterns of levels: `method` or `method:name`, split at the first `:`, case-sensitive, whole string, `*` is any run of
 * characters including `/`, `*` alone is everything (DESIGN section 6). No regex: matching never backtracks.
 */
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Text cut at its stars: `a*b` is ['a', 'b']; one part means no star. */
export type Glob = readonly string[];

export type Pattern = {
  readonly text: string;
  readonly method: Glob;
  /** Undefined when every name matches, also none. */
  readonly name: Glob | undefined;
};

export const parseGlob = (text: string): Glob => text.replace(/\*{2,}/g, '*').split('*');

export function parsePattern(text: string): Result<Pattern, string> {
  if (text.length > LIMITS.patternChars) return err(`is longer than ${LIMITS.patternChars} characters`);
  const colon = text.indexOf(':');
  const method = colon === -1 ? text : text.slice(0, colon);
  const name = colon === -1 ? undefined : text.slice(colon + 1);
  if (!/^[A-Za-z0-9_$./*-]+$/.test(method)) return err('has no method before the ":"');
  if (name === '') return err('has no name after the ":"');
  return ok({ text, method: parseGlob(method), name: name === undefined ? undefined : parseGlob(name) });
}

/** Greedy from the left: each inner part is taken at its first place, which can never make a later part fail. */
export function globMatches(glob: Glob, text: string): boolean {
  const first = glob[0] ?? '';
  if (glob.length === 1) return text === first;
  const last = glob[glob.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (let index = 1; index < glob.length - 1; index += 1) {
    const part = glob[index] ?? '';
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

export const patternMatches = (pattern: Pattern, method: string, name: string): boolean =>
  globMatches(pattern.method, method) && (pattern.name === undefined || globMatches(pattern.name, name));

/** Whether some text that begins with `prefix` matches. */
export function globCanMatchPrefix(glob: Glob, prefix: string): boolean {
  const first = glob[0] ?? '';
  return glob.length === 1 ? first.startsWith(prefix) : prefix.startsWith(first) || first.startsWith(prefix);
}

/** Whether every text that begins with `prefix` matches. */
export const globCoversPrefix = (glob: Glob, prefix: string): boolean =>
  glob.length > 1 && glob[glob.length - 1] === '' && globMatches(glob, prefix);
