/**
 * Which monthly file an event lies in, and its key there. The key is a whole number that grows with time and, within a
 * millisecond, with the record's index: so "newest first", "since" and "until" are ranges of one primary key,
 * under every secondary index and in the text index alike.
 */

/** `YYYY-MM`, UTC. */
export type Month = string;

/** A month has fewer than 2^32 ms; 21 bits of the index fill a double's 53 exact bits. */
const PER_MS = 2 ** 21;

/** Times outside the years 1970 to 9999 come only from a broken clock; their events stay findable in the outermost months. */
const TIME_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const withinYears = (t: number): number => Math.min(Math.max(t, 0), TIME_MAX);

export const monthOf = (t: number): Month => new Date(withinYears(t)).toISOString().slice(0, 7);

/** The same for times that mostly lie in the month of the one before: making a date of each costs more than all else here. */
export function createMonthOf(): (t: number) => Month {
  let [month, start, end] = ['', 0, 0];
  return (t) => {
    if (t >= start && t < end) return month;
    month = monthOf(t);
    [start, end] = [monthStart(month), monthEnd(month)];
    return month;
  };
}

export const monthStart = (month: Month): number => Date.parse(`${month}-01T00:00:00.000Z`);

export function monthEnd(month: Month): number {
  const start = new Date(monthStart(month));
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
}

/** Key of record `n` at Unix ms `t` in the file of `month`. */
export const keyOf = (month: Month, t: number, n: number): number =>
  (withinYears(t) - monthStart(month)) * PER_MS + (n % PER_MS);

/** Keys of the half-open time range [sinceMs, untilMs) within `month`: [from, to). */
export function keyRange(
  month: Month,
  sinceMs: number,
  untilMs: number,
): { readonly from: number; readonly to: number } {
  const start = monthStart(month);
  const end = monthEnd(month);
  const clamp = (t: number): number => (Math.min(Math.max(t, start), end) - start) * PER_MS;
  // Until the month's end also takes keys that a frozen clock pushed past it (index-store.ts).
  return { from: clamp(sinceMs), to: untilMs >= end ? Number.MAX_SAFE_INTEGER : clamp(untilMs) };
}
