/** Steps in a row. The types check that each step accepts what the ones before it established. */
import type { Refusal } from '#gateway/refusal.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

/** One step: takes a call, gives it back with more known about it, or refuses. */
export type Step<In, Out, Deps> = (call: In, deps: Deps) => Result<Out, Refusal> | Promise<Result<Out, Refusal>>;

type AnyStep<Deps> = Step<never, unknown, Deps>;

/** The type a row of steps ends with; `never` when some step does not accept what comes before it. */
export type Chained<In, Steps, Deps> = Steps extends readonly [infer Head, ...infer Rest]
  ? Head extends Step<infer Accepts, infer Gives, Deps>
    ? [In] extends [Accepts]
      ? Chained<Gives, Rest, Deps>
      : never
    : never
  : In;

/** Where the row ended: a step said no, or had a bug. `call` is what was known by then. */
export type Stopped = { readonly call: unknown } & ({ readonly refusal: Refusal } | { readonly bug: unknown });

/**
 * Runs the steps in order until one refuses. The error carries the call as far as it was known, for the record; a bug
 * keeps it too, so that an intent that is already in the book is closed.
 * `steps` must be a tuple that chains from `In` (the caller states it as `Chained<…>`).
 */
export async function runSteps<In, Deps, const Steps extends readonly AnyStep<Deps>[]>(
  steps: Steps,
  call: In,
  deps: Deps,
): Promise<Result<Chained<In, Steps, Deps>, Stopped>> {
  let current: unknown = call;
  for (const step of steps) {
    try {
      const given = step(current as never, deps);
      // Awaiting a value that is already there costs a turn of the microtask queue; most steps are synchronous.
      const result = given instanceof Promise ? await given : given;
      if (!result.ok) return err({ refusal: result.error, call: current });
      current = result.value;
    } catch (bug) {
      return err({ bug, call: current });
    }
  }
  return ok(current as Chained<In, Steps, Deps>);
}
