/** Feeds one target: inputs made by its grammar, mutations of its corpus, and mutations of what it accepted. */
import * as fc from 'fast-check';
import { mutate } from './mutate.ts';
import { SeededRandom } from './random.ts';
import type { FuzzTarget } from './target.ts';

export type FuzzFailure = {
  readonly input: Buffer;
  readonly message: string;
  /** Counted from 0. */
  readonly run: number;
};

export type FuzzReport = {
  readonly target: string;
  readonly seed: number;
  readonly runs: number;
  readonly accepted: number;
  readonly slowestMs: number;
  readonly slowestBytes: number;
  readonly failure: FuzzFailure | undefined;
};

export type FuzzOptions = {
  readonly runs: number;
  readonly seed: number;
  /** Asked now and then: end early. */
  readonly isOver?: () => boolean;
  /** Absent: nothing is timed, as in a test. */
  readonly clock?: () => number;
};

/** The most that one input of a stranger may take. */
export const INPUT_MS_MAX = 50;

const MADE_AT_ONCE = 256;
const POOL = 512;

export function runTarget(target: FuzzTarget, { runs, seed, isOver, clock }: FuzzOptions): FuzzReport {
  const random = new SeededRandom(seed);
  const pool = [...target.corpus];
  let made: readonly Buffer[] = [];
  const msMax = target.msMax ?? INPUT_MS_MAX;
  let [run, accepted, slowestMs, slowestBytes] = [0, 0, 0, 0];
  const report = (failure: FuzzFailure | undefined): FuzzReport => ({
    target: target.name,
    seed,
    runs: run,
    accepted,
    slowestMs,
    slowestBytes,
    failure,
  });
  for (; run < runs; run += 1) {
    if (run % MADE_AT_ONCE === 0) {
      if (isOver?.() === true) break;
      // Fewer at the end, or a short run would mostly make what it does not use.
      const numRuns = Math.min(MADE_AT_ONCE, runs - run);
      made = fc.sample(target.made, { numRuns, seed: seed + run });
    }
    const grown = made[run % MADE_AT_ONCE] ?? Buffer.alloc(0);
    const input = inputOf(run % 4, grown, pool, random, target.words);
    try {
      const { verdict, ms } = target.attempt(input, clock ?? (() => 0));
      if (verdict === 'accepted') accepted += 1;
      if (verdict === 'accepted' && run % 4 !== 0) remember(pool, target.corpus.length, input, random);
      if (ms > slowestMs) [slowestMs, slowestBytes] = [ms, input.length];
      if (clock !== undefined && ms > msMax) {
        const again = fastestOf(target, input, clock);
        if (again > msMax) return report({ input, run, message: `took ${Math.round(again)} ms, three times` });
        slowestMs = again;
      }
    } catch (error) {
      return report({ input, run, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return report(undefined);
}

function inputOf(
  kind: number,
  made: Buffer,
  pool: readonly Buffer[],
  random: SeededRandom,
  words: readonly string[],
): Buffer {
  if (kind === 0) return made;
  return mutate(kind === 1 ? made : random.pick(pool), random, pool, words);
}

/** What was accepted leads further in; the corpus itself stays. */
function remember(pool: Buffer[], kept: number, input: Buffer, random: SeededRandom): void {
  if (pool.length < POOL) pool.push(input);
  else pool[kept + random.below(POOL - kept)] = input;
}

/** Another process may have had the processor: a slow input is slow every time. */
function fastestOf(target: FuzzTarget, input: Buffer, clock: () => number): number {
  const times = Array.from({ length: 3 }, () => target.attempt(input, clock).ms);
  return Math.min(...times);
}

/** A smaller input that still fails: parts are cut out as long as it does. Bounded, and not the smallest there is. */
export function shrink(target: FuzzTarget, input: Buffer): Buffer {
  const fails = (candidate: Buffer): boolean => {
    try {
      target.attempt(candidate, () => 0);
      return false;
    } catch {
      return true;
    }
  };
  let smallest = input;
  let attempts = 2_000;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < smallest.length && attempts > 0; attempts -= 1) {
      const without = Buffer.concat([smallest.subarray(0, start), smallest.subarray(start + size)]);
      if (fails(without)) smallest = without;
      else start += size;
    }
  }
  return smallest;
}
