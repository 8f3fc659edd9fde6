/** Time as identity sees it, handed in so that a test can move it. Knows nothing of what time is used for. */
export type IdentityClock = {
  /** Wall clock, Unix milliseconds: tokens speak in wall time. */
  nowMs(): number;
  /** Calls `run` once after `delayMs`, unless the returned function is called first. Never keeps the process alive. */
  after(delayMs: number, run: () => void): () => void;
};

export const systemIdentityClock: IdentityClock = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
