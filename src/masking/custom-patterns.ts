/**
 * Patterns of an operator as a detector. They run in RE2, whose time is linear in the text whatever the pattern (backreferences and
 * lookaround do not exist there), and are bounded in number and size.
 */
import { RE2JS } from 're2js';
import type { Detector } from '#masking/engine/detector.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type CustomPattern = {
  /** Its name in findings. */
  readonly rule: string;
  /** Name of what it finds; one of the built-in entities or another. */
  readonly type: string;
  readonly pattern: string;
};

/** What is wrong with which pattern; the pattern is the operator's own. */
export type PatternFault = { readonly rule: string; readonly message: string };

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const TYPE = /^[A-Z][A-Z0-9_]{1,62}$/;

export function createCustomDetector(patterns: readonly CustomPattern[]): Result<Detector, PatternFault> {
  if (patterns.length > LIMITS.customPatterns)
    return err({ rule: '', message: `more than ${LIMITS.customPatterns} patterns` });
  const compiled: { readonly rule: string; readonly type: string; readonly re: RE2JS }[] = [];
  for (const { rule, type, pattern } of patterns) {
    if (!NAME.test(rule) || !TYPE.test(type)) return err({ rule, message: 'its rule or type is no name' });
    if (pattern.length > LIMITS.customPatternChars)
      return err({ rule, message: `longer than ${LIMITS.customPatternChars} characters` });
    const re = compile(pattern);
    if (!re.ok) return err({ rule, message: re.error });
    compiled.push({ rule, type, re: re.value });
  }
  return ok({
    types: [...new Set(compiled.map(({ type }) => type))],
    needs: 0,
    find(scan) {
      for (const { rule, type, re } of compiled) {
        if (!scan.budget.spend(scan.text.length * RE2_COST)) return;
        const matcher = re.matcher(scan.text);
        while (matcher.find()) {
          const [start, end] = [matcher.start(), matcher.end()];
          if (end > start) scan.propose({ start, end, type, rule, base: 0.9, isImmune: true });
        }
      }
    },
  });
}

/** RE2 in JavaScript is slower than a native pattern by about so much. */
const RE2_COST = 8;

function compile(pattern: string): Result<RE2JS, string> {
  try {
    const re = RE2JS.compile(pattern);
    if (re.matches('')) return err('it matches the empty text, so it would match everywhere');
    return ok(re);
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : 'not a pattern');
  }
}
