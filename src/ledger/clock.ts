/**
 * Time as the ledger sees it: two clocks and a ticker, handed in so that a test can move them at will.
 * Knows nothing of what time is used for.
 */
export type LedgerClock = {
  /** Wall clock, Unix milliseconds: informative, may jump. */
  unixMs(): number;
  /** Milliseconds of a clock that never goes back; only differences mean anything. */
  monotonicMs(): number;
  /** Calls `run` about every `periodMs` until the returned function is called. Never keeps the process alive. */
  every(periodMs: number, run: () => void): () => void;
};

export const systemClock: LedgerClock = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  },
};

export const DAY_MS = 86_400_000;
/** Days since 1970-01-01 UTC: the number a day key is known by. */
export const dayOf = (unixMs: number): number => Math.floor(unixMs / DAY_MS);
