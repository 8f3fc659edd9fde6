/**
 * What one network address may ask for before anybody knows who asks: requests per second, and tokens that turn out to
 * be no good. Where many share an address, a neighbour's bad tokens do not count against those whose tokens are known:
 * the step `limit` lets known tokens by, and an address that real callers come from is given far more room, since
 * their first calls and expired tokens are refused too.
 */
import { createSlotTable, SHARED_SLOT } from '#gateway/slot-table.ts';
import { createTokenBuckets } from '#gateway/token-bucket.ts';
import type { Limits } from '#limits.ts';

export type SourceQuota = {
  /** Counts one request. 0 when it may go on, else the milliseconds until the next may. */
  request(source: string, nowMs: number): number;
  /** A token of this source was refused. */
  refused(source: string, nowMs: number): void;
  /** A token of this source was good. */
  verified(source: string, nowMs: number): void;
  /** 0 while tokens of this source are looked at, else the milliseconds until they are again. */
  unheardMs(source: string, nowMs: number): number;
  /** Refused tokens a source has in one window. */
  allowedRefusals(source: string, nowMs: number): number;
  /** Sources counted apart. */
  readonly size: number;
};

export type SourceLimits = Pick<
  Limits,
  | 'sources'
  | 'sourceRequestsPerSecond'
  | 'sourceRequestsBurst'
  | 'refusalWindowMs'
  | 'refusalsPerSourcePerWindow'
  | 'refusalsPerKnownSourcePerWindow'
>;

/** An address counts as one of real callers for this many windows after the last good token. */
const KNOWN_WINDOWS = 10;

export function createSourceQuota(limits: SourceLimits): SourceQuota {
  const slots = limits.sources + 1;
  const buckets = createTokenBuckets(slots, {
    perSecond: limits.sourceRequestsPerSecond,
    burst: limits.sourceRequestsBurst,
  });
  const windowFromMs = new Float64Array(slots).fill(-Infinity);
  const refusals = new Float64Array(slots);
  const verifiedAtMs = new Float64Array(slots).fill(-Infinity);
  let now = 0;

  const isWindowOver = (slot: number): boolean => now - (windowFromMs[slot] ?? 0) >= limits.refusalWindowMs;
  const isKnown = (slot: number): boolean => now - (verifiedAtMs[slot] ?? 0) < KNOWN_WINDOWS * limits.refusalWindowMs;
  const allowed = (slot: number): number =>
    isKnown(slot) ? limits.refusalsPerKnownSourcePerWindow : limits.refusalsPerSourcePerWindow;

  const table = createSlotTable({
    keys: limits.sources,
    isIdle: (slot) => buckets.isFull(slot, now) && isWindowOver(slot) && !isKnown(slot),
    clear(slot) {
      buckets.fill(slot);
      windowFromMs[slot] = -Infinity;
      refusals[slot] = 0;
      verifiedAtMs[slot] = -Infinity;
    },
  });
  const slotAt = (source: string, nowMs: number): number => {
    now = nowMs;
    return table.slotOf(source);
  };

  return {
    request: (source, nowMs) => buckets.take(slotAt(source, nowMs), nowMs),
    refused(source, nowMs) {
      const slot = slotAt(source, nowMs);
      if (isWindowOver(slot)) {
        windowFromMs[slot] = nowMs;
        refusals[slot] = 0;
      }
      refusals[slot] = (refusals[slot] ?? 0) + 1;
    },
    verified(source, nowMs) {
      const slot = slotAt(source, nowMs);
      // One caller must not open the room of everybody that shares the slot.
      if (slot !== SHARED_SLOT) verifiedAtMs[slot] = nowMs;
    },
    unheardMs(source, nowMs) {
      const slot = slotAt(source, nowMs);
      if (isWindowOver(slot) || (refusals[slot] ?? 0) < allowed(slot)) return 0;
      return (windowFromMs[slot] ?? 0) + limits.refusalWindowMs - nowMs;
    },
    allowedRefusals: (source, nowMs) => allowed(slotAt(source, nowMs)),
    get size() {
      return table.size;
    },
  };
}
