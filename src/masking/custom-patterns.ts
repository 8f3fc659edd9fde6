/**
 * Patterns of an operator as a detector. They run in RE2, whose time is linear in the text whatever the pattern (backreferences and
 * look-around do not exist there), and are bounded in number, size and cost.
 */
import { RE2JS, type Matcher } from 're2js';
import type { ScanBudget } from '#masking/engine/budget.ts';
import { nearestWord, wordAfter } from '#masking/engine/context.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { SCORE_MIN } from '#masking/engine/hit.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type CustomPattern = {
  /** The rule in findings. */
  readonly name: string;
  /** What it finds: one of the built-in entities or another. */
  readonly entity: string;
  /** In the syntax of RE2. */
  readonly pattern: string;
  /** Which group of it is the value; 0, or one that took no part: all of the match. */
  readonly group: number;
  /** 0 to 1; below 0.5 only words or a key beside it make it a finding. */
  readonly score: number;
  /** Small letters only. One of these near the value, or in its key, speaks for it. */
  readonly context: readonly string[];
};

/** What is wrong with which of them; `at` names the part. */
export type PatternFault = {
  readonly index: number;
  readonly at: 'name' | 'pattern' | 'group' | 'score';
  readonly message: string;
  readonly fix: string;
};

type Compiled = CustomPattern & {
  readonly re: RE2JS;
  /** Of one character of text, in the unit of the budget. */
  readonly cost: number;
  readonly words: ReadonlySet<string>;
};

const CONTEXT_BONUS = 0.4;
const NO_WORDS: ReadonlySet<string> = new Set();

/** Every fault at once. */
export function checkCustomPatterns(patterns: readonly CustomPattern[]): readonly PatternFault[] {
  const faults: PatternFault[] = [];
  const names = new Set<string>();
  let programs = 0;
  for (const [index, pattern] of patterns.entries()) {
    if (names.has(pattern.name))
      faults.push({ index, at: 'name', message: `"${pattern.name}" is the name of another`, fix: 'name it otherwise' });
    names.add(pattern.name);
    if (pattern.score < SCORE_MIN && pattern.context.length === 0)
      faults.push({
        index,
        at: 'score',
        message: `below ${SCORE_MIN} it finds nothing by itself`,
        fix: 'name words under `context` that speak for it, or raise the score',
      });
    const compiled = compile(pattern);
    if (!compiled.ok) {
      faults.push({ index, ...compiled.error });
      continue;
    }
    programs += compiled.value.re.programSize();
    if (programs > LIMITS.customPatternPrograms)
      faults.push({
        index,
        at: 'pattern',
        message: `with those before it, it makes ${programs} instructions, and ${LIMITS.customPatternPrograms} may be`,
        fix: 'write fewer or shorter repetitions, such as {8,} for {8,64}',
      });
  }
  return faults;
}

/** What they are was checked when they were configured. */
export function createCustomDetector(patterns: readonly CustomPattern[]): Detector {
  const compiled = patterns.map((pattern) => {
    const done = compile(pattern);
    if (!done.ok) throw new Error(`the pattern ${pattern.name}: ${done.error.message}`);
    return done.value;
  });
  return {
    types: [...new Set(patterns.map(({ entity }) => entity))],
    needs: 0,
    find(scan) {
      for (const one of compiled) if (!search(scan, one)) return;
    },
  };
}

/** So many characters are looked at a time, so that many values in a long text do not cost the square of its length. */
const WINDOW_CHARS = 4 * LIMITS.customPatternReach;

/** Whether there is anything left to spend. */
function search(scan: Scan, one: Compiled): boolean {
  const { text, budget } = scan;
  let reach = WINDOW_CHARS;
  for (let from = 0; from < text.length;) {
    // with the character before, which `\b` asks for
    const base = Math.max(0, from - (isLow(text, from - 1) ? 2 : 1));
    const end = Math.min(text.length, from + reach);
    const isLast = end === text.length;
    const matcher = one.re.matcher(base === 0 && isLast ? text : text.slice(base, end));
    let at = from;
    let again: number | undefined;
    while (again === undefined && at < end) {
      const found = nextIn(matcher, { base, at, end }, one.cost, budget);
      if (found === 'spent' || scan.isFull) return false;
      if (found === 'none') break;
      const isCut = found.end === end;
      // cut off here, or begun so late that it may be: looked at again as a whole
      if (!isLast && (isCut || found.start >= end - LIMITS.customPatternReach)) {
        again = found.start;
        reach = isCut && found.start === from ? reach * 2 : WINDOW_CHARS;
      } else {
        propose(scan, one, matcher, { base, ...found });
        at = Math.max(found.end, found.start + 1);
      }
    }
    if (again === undefined) {
      if (isLast) return true;
      again = Math.max(at, end - LIMITS.customPatternReach);
      reach = WINDOW_CHARS;
    }
    from = again;
  }
  return true;
}

const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

type Window = { readonly base: number; readonly at: number; readonly end: number };
type Found = { readonly start: number; readonly end: number };

/** What a search may cost is paid before: how far it goes nobody knows. */
function nextIn(
  matcher: Matcher,
  { base, at, end }: Window,
  cost: number,
  budget: ScanBudget,
): Found | 'none' | 'spent' {
  if (!budget.spendOnPattern((end - at) * cost)) return 'spent';
  return matcher.find(at - base) ? { start: base + matcher.start(), end: base + matcher.end() } : 'none';
}

function propose(scan: Scan, one: Compiled, matcher: Matcher, { base, start, end }: Found & { base: number }): void {
  if (end === start) return;
  const ofGroup = one.group === 0 ? -1 : matcher.start(one.group);
  const isWhole = ofGroup < 0 || matcher.end(one.group) <= ofGroup;
  const value = isWhole ? { start, end } : { start: base + ofGroup, end: base + matcher.end(one.group) };
  const word = nearestWord(scan.text, value.start, one.words, NO_WORDS) ?? wordAfter(scan.text, value.end, one.words);
  scan.propose({
    ...value,
    type: one.entity,
    rule: one.name,
    base: one.score + (word === undefined ? 0 : CONTEXT_BONUS),
    ...(word === undefined ? {} : { because: `word beside: ${word}` }),
    isImmune: true,
  });
}

/**
 * One instruction for each character costs about 17 ns in the worst case and nothing in most; a character that all detectors look
 * at costs 50. A pattern whose instructions are many is charged for some of them: the time of its thread bounds the rest.
 */
const INSTRUCTIONS_CHARGED = 32;

function compile(pattern: CustomPattern): Result<Compiled, Omit<PatternFault, 'index'>> {
  const refused = (message: string, fix: string) => err({ at: 'pattern', message, fix } as const);
  const { pattern: source, group } = pattern;
  if (source.length > LIMITS.customPatternChars)
    return refused(`it is longer than ${LIMITS.customPatternChars} characters`, 'write several patterns');
  if (/\(\?(?:<?[=!])/.test(source.replaceAll(/\\./g, '')))
    return refused(
      'RE2 has no look-around',
      'write what stands beside the value into the pattern, and with `group` which of its groups is the value',
    );
  try {
    const re = RE2JS.compile(source);
    if (PROBES.some((probe) => findsNothing(re, probe)))
      return refused('it matches the empty text, so it would match everywhere', 'ask for one character at least');
    const size = re.programSize();
    if (size > LIMITS.customPatternProgram)
      return refused(
        `it makes ${size} instructions, and ${LIMITS.customPatternProgram} may be`,
        'write fewer or shorter repetitions, such as {8,} for {8,64}',
      );
    if (group > re.groupCount())
      return err({ at: 'group', message: `it has ${re.groupCount()} groups`, fix: 'count from 1, or leave it out' });
    const cost = 1 + Math.ceil(size / INSTRUCTIONS_CHARGED);
    return ok({ ...pattern, re, cost, words: new Set(pattern.context) });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : 'it is none';
    return refused(message, 'write it in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)');
  }
}

/** Where a pattern that may be empty, such as `\b`, shows it. */
const PROBES = ['', 'a', '1', ' a', '-\n'] as const;

function findsNothing(re: RE2JS, probe: string): boolean {
  const matcher = re.matcher(probe);
  for (let at = 0; at <= probe.length && matcher.find(at); at++) if (matcher.end() === matcher.start()) return true;
  return false;
}
