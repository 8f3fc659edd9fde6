/** How often strangers may make the gateway do something for them: each network address, and all of them together. */
import { createSlotTable } from '#gateway/slot-table.ts';
import { createTokenBuckets } from '#gateway/token-bucket.ts';

export type SourceRate = {
  /** 0 when it may be done now, else the milliseconds until it may. */
  take(source: string, nowMs: number): number;
};

export type SourceRateLimits = {
  readonly perMinute: number;
  readonly perSourcePerMinute: number;
  /** So many minutes' of all may come at once. */
  readonly burstMinutes: number;
  /** Sources counted apart. */
  readonly sources: number;
};

export function createSourceRate(limits: SourceRateLimits): SourceRate {
  const all = createTokenBuckets(1, {
    perSecond: limits.perMinute / 60,
    burst: Math.max(1, limits.perMinute * limits.burstMinutes),
  });
  const each = createTokenBuckets(limits.sources + 1, {
    perSecond: limits.perSourcePerMinute / 60,
    burst: Math.max(1, limits.perSourcePerMinute),
  });
  let now = 0;
  const table = createSlotTable({
    keys: limits.sources,
    isIdle: (slot) => each.isFull(slot, now),
    clear: (slot) => each.fill(slot),
  });
  return {
    take(source, nowMs) {
      now = nowMs;
      // Its own first: who asks too often takes nothing from the others.
      return each.take(table.slotOf(source), nowMs) || all.take(0, nowMs);
    },
  };
}
