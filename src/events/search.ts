/** A page of events, newest or oldest first. Hits are `verified: false`: the index proves nothing, the ledger does. */
import type { BookIndex, BookPage } from '#events/book-index.ts';
import type { Cursor } from '#events/cursor.ts';
import { type EventRequest, parseEventQuery, type QueryFault, type QueryLimits } from '#events/event-query.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

export type SearchRequest = EventRequest & {
  /** At most `searchLimitMax`; default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: Cursor | undefined;
  /** Default newest first. */
  readonly order?: 'newest' | 'oldest' | undefined;
};

export type SearchSettings = { readonly nowMs: number; readonly limits: QueryLimits & Pick<Limits, 'searchLimitMax'> };

const DEFAULT_LIMIT = 100;

/** Throws on an unreadable index (SQLite error) and, with a budget, `TooCostly`. */
export function searchEvents(
  index: BookIndex,
  request: SearchRequest,
  { nowMs, limits }: SearchSettings,
): Result<BookPage, QueryFault> {
  const limit = pageLimit(request.limit, limits);
  if (!limit.ok) return limit;
  const query = parseEventQuery(request, nowMs, limits);
  if (!query.ok) return query;
  return ok(index.page({ ...query.value, order: request.order ?? 'newest', after: request.after, limit: limit.value }));
}

export function pageLimit(
  asked: number | undefined,
  { searchLimitMax }: Pick<Limits, 'searchLimitMax'>,
): Result<number, QueryFault> {
  const limit = asked ?? Math.min(DEFAULT_LIMIT, searchLimitMax);
  if (Number.isInteger(limit) && limit >= 1 && limit <= searchLimitMax) return ok(limit);
  return err({ parameter: 'limit', message: `expected a whole number from 1 to ${searchLimitMax}` });
}
