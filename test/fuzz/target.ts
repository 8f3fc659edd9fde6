/** What a fuzz target is: where its inputs come from, what is run on them, and what must then hold. */
import type * as fc from 'fast-check';

export type FuzzVerdict = 'accepted' | 'refused';

export type FuzzTarget = {
  readonly name: string;
  /** Real inputs, to be mutated. */
  readonly corpus: readonly Buffer[];
  /** Words of the input language, to be inserted. */
  readonly words: readonly string[];
  /** Inputs made by the grammar. */
  readonly made: fc.Arbitrary<Buffer>;
  /** The most that one input of up to 64 KB may take, in processor time; `INPUT_MS_MAX` where it is not given. */
  readonly msMax?: number;
  /** Throws when an invariant is broken. `ms`: what the code under test took, without the checks. */
  attempt(input: Buffer, clock: () => number): { readonly verdict: FuzzVerdict; readonly ms: number };
};

/** `run` is what is timed; `verify` throws unless everything that must hold of its result holds. */
export function fuzzTarget<R>(
  parts: Omit<FuzzTarget, 'attempt'> & {
    readonly run: (input: Buffer) => R;
    readonly verify: (input: Buffer, result: R) => FuzzVerdict;
  },
): FuzzTarget {
  const { run, verify, ...target } = parts;
  return {
    ...target,
    attempt(input, clock) {
      const started = clock();
      const result = run(input);
      const ms = clock() - started;
      return { verdict: verify(input, result), ms };
    },
  };
}
