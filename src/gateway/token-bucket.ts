/**
 * How often something may happen, for many keys at once: a token bucket each, kept as one number (the generic cell rate
 * algorithm, ITU-T I.371): the time at which the bucket will be full again. Time comes in with each question.
 */

export type Rate = {
  /** Tokens that come in one second. */
  readonly perSecond: number;
  /** Tokens a full bucket holds. */
  readonly burst: number;
};

export type TokenBuckets = {
  /** Takes a token from the slot's bucket. 0 when there was one, else the milliseconds until there is. */
  take(slot: number, nowMs: number): number;
  isFull(slot: number, nowMs: number): boolean;
  fill(slot: number): void;
};

export function createTokenBuckets(slots: number, { perSecond, burst }: Rate): TokenBuckets {
  const fullAtMs = new Float64Array(slots);
  const tokenMs = 1_000 / perSecond;
  const emptyMs = tokenMs * (burst - 1);
  return {
    take(slot, nowMs) {
      const fullAt = Math.max(fullAtMs[slot] ?? 0, nowMs);
      const waitMs = fullAt - nowMs - emptyMs;
      if (waitMs > 0) return waitMs;
      fullAtMs[slot] = fullAt + tokenMs;
      return 0;
    },
    isFull: (slot, nowMs) => (fullAtMs[slot] ?? 0) <= nowMs,
    fill(slot) {
      fullAtMs[slot] = 0;
    },
  };
}
