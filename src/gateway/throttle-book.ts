/**
 * Limits that verified callers reach. The first of a caller, connection and limit in a window is a record like any other
 * denial; the rest of the window is one counted record, so that asking again and again fills no book. Bounded: callers
 * beyond those kept apart are counted together.
 */
import type { Caller } from '#identity/caller.ts';
import { callerKey } from '#identity/caller.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';

export type Throttled = {
  /** Undefined for what could not be kept apart. */
  readonly caller: Caller | undefined;
  readonly connection: string;
  readonly source: string;
  readonly reason: string;
};

export type ThrottleBook = {
  /** True when it is counted into a window; false when it is the first, whose record the caller of this makes. */
  counts(refusal: Throttled): boolean;
  /** Writes the counts of windows that have ended; called by a timer and at the stop (`all`). */
  flush(all?: boolean): void;
};

export function createThrottleBook(options: {
  readonly limits: Pick<Limits, 'refusalWindowMs' | 'throttledCallers'>;
  readonly clock: () => number;
  readonly entry: (refusal: Throttled, count: number, windowMs: number) => LedgerEntry;
  readonly append: (entry: LedgerEntry) => boolean;
}): ThrottleBook {
  const { limits, clock, entry, append } = options;
  const windows = new Map<string, { readonly first: Throttled; readonly startedMs: number; more: number }>();

  const flush = (all = false): void => {
    for (const [key, { first, startedMs, more }] of windows) {
      const passedMs = clock() - startedMs;
      if (!all && passedMs < limits.refusalWindowMs) continue;
      // What the ledger does not take now stays counted.
      if (more === 0 || append(entry(first, more, passedMs))) windows.delete(key);
    }
  };

  return {
    counts(refusal) {
      const { caller, connection, source, reason } = refusal;
      const own = caller === undefined ? reason : `${callerKey(caller)}\n${connection}\n${reason}`;
      const isApart = windows.has(own) || windows.size < limits.throttledCallers;
      const key = isApart ? own : reason;
      const window = windows.get(key);
      if (window !== undefined) {
        window.more += 1;
        return true;
      }
      const first = isApart ? refusal : { caller: undefined, connection: '', source, reason };
      windows.set(key, { first, startedMs: clock(), more: 0 });
      return false;
    },
    flush,
  };
}
