/** JSON Pointer patterns (RFC 6901): `*` stands for one step, `**` for any number of them, also none. */
import type { PathPart } from '#masking/finding-notes.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type PointerPattern = readonly string[];

const STEPS_MAX = 64;

/** Errors continue "this pointer …". */
export function parsePointerPattern(text: string): Result<PointerPattern, string> {
  if (text.length > LIMITS.findingPointerChars) return err(`is longer than ${LIMITS.findingPointerChars} characters`);
  if (!text.startsWith('/')) return err('does not begin with "/"');
  if (/~(?![01])/.test(text)) return err('has a "~" that is neither "~0" nor "~1"');
  const steps = text.slice(1).split('/');
  if (steps.length > STEPS_MAX) return err(`has more than ${STEPS_MAX} steps`);
  const twice = steps.some((step, at) => step === '**' && steps[at + 1] === '**');
  if (twice) return err('has "**" twice in a row');
  return ok(steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')));
}

const isStep = (step: string | undefined, part: PathPart | undefined): boolean =>
  step === '*' || (typeof part === 'number' ? step === String(part) : step === part);

/** Goes back to the last `**` only: time is at most the product of both lengths. */
export function pointerMatches(pattern: PointerPattern, path: readonly PathPart[]): boolean {
  let at = 0;
  let step = 0;
  let starStep = -1;
  let starAt = 0;
  while (at < path.length) {
    if (pattern[step] === '**') {
      starStep = step++;
      starAt = at;
    } else if (step < pattern.length && isStep(pattern[step], path[at])) {
      step++;
      at++;
    } else if (starStep >= 0) {
      step = starStep + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (pattern[step] === '**') step++;
  return step === pattern.length;
}
