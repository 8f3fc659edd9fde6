/** How many events began in each stretch of time, by outcome. */
import { type BookIndex, scopeOf } from '#events/book-index.ts';
import type { EventOutcome } from '#events/event.ts';
import { type EventRequest, FOREVER_MS, parseEventQuery, type QueryFault } from '#events/event-query.ts';
import { INTERVALS, type Interval } from '#events/intervals.ts';
import { monthStart } from '#events/month.ts';
import type { SearchSettings } from '#events/search.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

export type HistogramRequest = EventRequest & { readonly interval: Interval | 'auto' };

export type Histogram = {
  readonly interval: Interval;
  readonly intervalMs: number;
  readonly since: string;
  readonly until: string;
  /** Only those in which there is an event, in order. `none`: events that have no outcome, such as control records. */
  readonly buckets: readonly {
    readonly time: string;
    readonly count: number;
    readonly outcomes: Readonly<Partial<Record<EventOutcome | 'none', number>>>;
  }[];
};

export type HistogramSettings = SearchSettings & { readonly limits: Pick<Limits, 'histogramBuckets'> };

/** Throws as `searchEvents`. */
export function countHistogram(
  index: BookIndex,
  request: HistogramRequest,
  settings: HistogramSettings,
): Result<Histogram, QueryFault> {
  const { limits, nowMs } = settings;
  const query = parseEventQuery(request, nowMs, limits);
  if (!query.ok) return query;
  const sinceMs = query.value.sinceMs === -FOREVER_MS ? earliest(index, nowMs) : query.value.sinceMs;
  const untilMs = query.value.untilMs === FOREVER_MS ? nowMs : query.value.untilMs;
  const spanMs = Math.max(0, untilMs - sinceMs);
  const interval = chosen(request.interval, spanMs, limits.histogramBuckets);
  if (interval === undefined)
    return err({
      parameter: 'interval',
      message: `gives more than ${limits.histogramBuckets} stretches of this time: take a longer one, or auto`,
    });
  const intervalMs = INTERVALS[interval];
  const scope = { ...query.value, sinceMs, untilMs };
  const counts = index.readers().flatMap((reader) => reader.countOverTime(scopeOf(scope, reader.shard), intervalMs));
  const buckets = new Map<number, Partial<Record<EventOutcome | 'none', number>>>();
  for (const { at, outcome, count } of counts) {
    const bucket = buckets.get(at) ?? {};
    buckets.set(at, { ...bucket, [outcome ?? 'none']: (bucket[outcome ?? 'none'] ?? 0) + count });
  }
  return ok({
    interval,
    intervalMs,
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    buckets: [...buckets]
      .toSorted(([a], [b]) => a - b)
      .map(([at, outcomes]) => ({
        time: new Date(at).toISOString(),
        count: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
        outcomes,
      })),
  });
}

/** One more bucket than whole intervals fit, since neither end is aligned. */
const bucketsOf = (spanMs: number, intervalMs: number): number => Math.ceil(spanMs / intervalMs) + 1;

function chosen(asked: Interval | 'auto', spanMs: number, bucketsMax: number): Interval | undefined {
  if (asked !== 'auto') return bucketsOf(spanMs, INTERVALS[asked]) <= bucketsMax ? asked : undefined;
  const names = Object.keys(INTERVALS) as Interval[];
  // A screen shows about so many; of a very long time even the longest interval gives more.
  return (
    names.find((name) => bucketsOf(spanMs, INTERVALS[name]) <= Math.min(AUTO_BUCKETS, bucketsMax)) ??
    names.findLast((name) => bucketsOf(spanMs, INTERVALS[name]) <= bucketsMax)
  );
}
const AUTO_BUCKETS = 120;

/** The start of the oldest month there is. */
function earliest(index: BookIndex, nowMs: number): number {
  const months = index.readers().flatMap((reader) => reader.firstMonth() ?? []);
  const first = months.toSorted()[0];
  return first === undefined ? nowMs : Math.min(monthStart(first), nowMs);
}
