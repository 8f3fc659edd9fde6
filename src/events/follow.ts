/**
 * Events as they complete, page by page, for whoever polls: each once, in the order in which the book completed them, however
 * long a call took. Where a poller is, is a record index per shard; that survives new events, restarts and a rebuilt index.
 * A page looks at a bounded stretch of the book, so a rare match is searched for over several pages instead of in one long one.
 */
import { type BookIndex, type IndexedThrough, scopeOf } from '#events/book-index.ts';
import type { EventHit } from '#events/event-row.ts';
import {
  type EventQuery,
  type EventRequest,
  FOREVER_MS,
  parseEventQuery,
  type QueryFault,
} from '#events/event-query.ts';
import type { IndexReader } from '#events/index-reader.ts';
import { pageLimit, type SearchSettings } from '#events/search.ts';
import { type Result, ok } from '#result.ts';

/** By shard: the first record not looked at yet. */
export type FollowPosition = Readonly<Record<string, number>>;

export type FollowRequest = Omit<EventRequest, 'until'> & {
  readonly limit?: number | undefined;
  /** `next` of the page before; without it the first event at `since` or later, or the first of the book. */
  readonly after?: FollowPosition | undefined;
};

export type FollowPage = {
  readonly hits: readonly EventHit[];
  /** Always there: what comes later. */
  readonly next: FollowPosition;
  /** More could be had at once. */
  readonly more: boolean;
  readonly indexedThrough: IndexedThrough;
};

export type FollowSettings = SearchSettings & {
  /** Records looked at in one stretch, and how long a page may go on to the next one without having found enough. */
  readonly stretchRecords: number;
  readonly isLate: () => boolean;
};

/** Throws as `searchEvents`. */
export function followEvents(
  index: BookIndex,
  request: FollowRequest,
  settings: FollowSettings,
): Result<FollowPage, QueryFault> {
  const limit = pageLimit(request.limit, settings.limits);
  if (!limit.ok) return limit;
  const query = parseEventQuery(request, settings.nowMs, settings.limits);
  if (!query.ok) return query;
  const through = index.indexedThrough();
  const next: Record<string, number> = { ...request.after };
  const found: (EventHit & { readonly shard: string; readonly completed: number })[] = [];
  let more = false;
  for (const reader of index.readers()) {
    const { shard } = reader;
    const end = through[shard] ?? 0;
    const first = next[shard] ?? firstRecord(reader, query.value, end);
    const part = shardPart(reader, query.value, { first, end, limit: limit.value }, settings);
    next[shard] = part.next;
    more ||= part.next < end;
    found.push(...part.hits.map((hit) => ({ ...hit, shard })));
  }
  // Between shards there is no order but time; within one, that of its book is kept.
  const inOrder = mergeByTime(found);
  for (const { shard, completed } of inOrder.slice(limit.value)) {
    more = true;
    next[shard] = Math.min(next[shard] ?? completed, completed);
  }
  return ok({
    hits: inOrder.slice(0, limit.value).map(({ event, place }) => ({ event, place })),
    next,
    more,
    indexedThrough: through,
  });
}

const firstRecord = (reader: IndexReader, { sinceMs }: EventQuery, end: number): number =>
  sinceMs === -FOREVER_MS ? 0 : Math.min(reader.firstRecordSince(sinceMs) ?? end, end);

type Part = { readonly hits: readonly (EventHit & { readonly completed: number })[]; readonly next: number };

function shardPart(
  reader: IndexReader,
  query: EventQuery,
  { first, end, limit }: { readonly first: number; readonly end: number; readonly limit: number },
  { stretchRecords, isLate }: FollowSettings,
): Part {
  const scope = scopeOf(query, reader.shard);
  const hits: (EventHit & { readonly completed: number })[] = [];
  let at = first;
  while (at < end && hits.length < limit) {
    const stretch = { first: at, end: Math.min(at + stretchRecords, end) };
    const wanted = limit - hits.length;
    const some = reader.completed(scope, stretch, wanted);
    hits.push(...some);
    const last = some.at(-1);
    at = some.length === wanted && last !== undefined ? last.completed + 1 : stretch.end;
    if (isLate()) break;
  }
  return { hits, next: at };
}

/** Each shard's events stay in their order; the shard whose next event began first goes on. */
function mergeByTime<T extends EventHit & { readonly shard: string }>(found: readonly T[]): readonly T[] {
  const queues = [...Map.groupBy(found, ({ shard }) => shard).values()];
  if (queues.length <= 1) return found;
  const heads = queues.map(() => 0);
  const merged: T[] = [];
  while (merged.length < found.length) {
    let best: number | undefined;
    for (const [at, queue] of queues.entries()) {
      const head = queue[heads[at] ?? 0];
      const leader = best === undefined ? undefined : queues[best]?.[heads[best] ?? 0];
      if (head !== undefined && (leader === undefined || head.event.time < leader.event.time)) best = at;
    }
    const next = best === undefined ? undefined : queues[best]?.[heads[best] ?? 0];
    if (best === undefined || next === undefined) break;
    merged.push(next);
    heads[best] = (heads[best] ?? 0) + 1;
  }
  return merged;
}
