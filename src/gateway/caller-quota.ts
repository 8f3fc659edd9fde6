/** How many calls one verified caller may begin in a minute, whatever becomes of them. */
import { createSlotTable } from '#gateway/slot-table.ts';
import { createTokenBuckets } from '#gateway/token-bucket.ts';
import type { Limits } from '#limits.ts';

export type CallerQuota = {
  /** Counts one call. 0 when it may go on, else the milliseconds until the next may. */
  call(caller: string, nowMs: number): number;
  /** Callers counted apart. */
  readonly size: number;
};

export function createCallerQuota(
  limits: Pick<Limits, 'callersCounted' | 'callerCallsPerMinute' | 'callerCallsBurst'>,
): CallerQuota {
  const buckets = createTokenBuckets(limits.callersCounted + 1, {
    perSecond: limits.callerCallsPerMinute / 60,
    burst: limits.callerCallsBurst,
  });
  let now = 0;
  const table = createSlotTable({
    keys: limits.callersCounted,
    isIdle: (slot) => buckets.isFull(slot, now),
    clear: (slot) => buckets.fill(slot),
  });
  return {
    call(caller, nowMs) {
      now = nowMs;
      return buckets.take(table.slotOf(caller), nowMs);
    },
    get size() {
      return table.size;
    },
  };
}
