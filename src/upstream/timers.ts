/** Waiting, as an argument: tests let time pass by hand instead of sleeping. */

export type CancelTimer = () => void;
export type Timers = {
  /** Runs `run` once after `ms` milliseconds unless cancelled. Cancelling twice, or after it ran, does nothing. */
  after(ms: number, run: () => void): CancelTimer;
  /** Monotonic milliseconds from an arbitrary start. */
  nowMs(): number;
};

export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
};

export type ManualTimers = Timers & {
  /** Lets `ms` pass: runs what falls due, earliest first, including what those runs add. */
  advance(ms: number): void;
  /** How many are waiting. */
  pending(): number;
};

/** Time for tests: stands still until `advance`. */
export function createManualTimers(): ManualTimers {
  let now = 0;
  const waiting = new Set<{ readonly due: number; readonly run: () => void }>();
  return {
    after: (ms, run) => {
      const entry = { due: now + ms, run };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    nowMs: () => now,
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const [next] = [...waiting].filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        waiting.delete(next);
        now = next.due;
        next.run();
      }
      now = end;
    },
    pending: () => waiting.size,
  };
}
