/**
 * One question to the index, as the CLI and the API ask it: who, what, when, and words. Turns text into a bounded query or
 * into a fault that says what is wrong and where. Hits are `verified: false`: the index proves nothing, the ledger does.
 */
import { type Cursor, decodeCursor, encodeCursor } from '#events/cursor.ts';
import type { EventHit } from '#events/event-row.ts';
import { compileFilter } from '#events/filter/compile.ts';
import { parseFilter } from '#events/filter/parser.ts';
import type { IndexQuery, IndexReader } from '#events/index-reader.ts';
import { textQuery } from '#events/text-query.ts';
import { MOMENT_FORMS, parseMoment } from '#events/time.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

export type SearchRequest = {
  readonly q?: string;
  /** SCIM filter, RFC 7644 section 3.4.2.2. */
  readonly filter?: string;
  /** RFC 3339 or relative (`15m`); `since` is included, `until` is not. */
  readonly since?: string;
  readonly until?: string;
  /** At most `searchLimitMax`; default 100. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
  /** Default newest first. */
  readonly order?: 'newest' | 'oldest';
};

export type SearchFault = {
  readonly parameter: 'q' | 'filter' | 'since' | 'until' | 'limit' | 'after';
  readonly message: string;
  /** Filters: UTF-16 offset of what is wrong. */
  readonly offset?: number;
  readonly expected?: string;
};

export type SearchPage = {
  readonly hits: readonly EventHit[];
  readonly next: string | undefined;
  readonly indexedThrough: number;
};

const DEFAULT_LIMIT = 100;
/** Beyond every time a record can have (ECMA-262 section 21.4.1.1). */
const FOREVER_MS = 8.64e15;

type SearchLimits = Pick<
  Limits,
  'searchLimitMax' | 'searchTextChars' | 'searchTextTerms' | 'filterChars' | 'filterDepth' | 'filterComparisons'
>;
export type SearchSettings = { readonly shard: string; readonly nowMs: number; readonly limits: SearchLimits };

/** Throws only on an unreadable index (SQLite error). */
export function searchEvents(
  index: IndexReader,
  request: SearchRequest,
  settings: SearchSettings,
): Result<SearchPage, SearchFault> {
  const query = indexQuery(request, settings);
  if (!query.ok) return query;
  // Asked first: what is indexed meanwhile makes it an understatement, never an overstatement.
  const indexedThrough = index.indexedThrough();
  const { hits, next } = index.page(query.value);
  return ok({ hits, next: next === undefined ? undefined : encodeCursor(next), indexedThrough });
}

function indexQuery(request: SearchRequest, { shard, nowMs, limits }: SearchSettings): Result<IndexQuery, SearchFault> {
  const { searchLimitMax } = limits;
  const limit = request.limit ?? Math.min(DEFAULT_LIMIT, searchLimitMax);
  if (!Number.isInteger(limit) || limit < 1 || limit > searchLimitMax) {
    return err({ parameter: 'limit', message: `expected a whole number from 1 to ${searchLimitMax}` });
  }
  const since = moment('since', request.since, nowMs, -FOREVER_MS);
  if (!since.ok) return since;
  const until = moment('until', request.until, nowMs, FOREVER_MS);
  if (!until.ok) return until;
  const after: Cursor | undefined = request.after === undefined ? undefined : decodeCursor(request.after);
  if (request.after !== undefined && after === undefined) {
    return err({ parameter: 'after', message: 'expected the cursor of an earlier page' });
  }
  const match = request.q === undefined ? undefined : textQuery(request.q, limits);
  if (match?.ok === false) return err({ parameter: 'q', message: match.error });
  const filter = request.filter === undefined ? undefined : parseFilter(request.filter, limits);
  if (filter?.ok === false) return err({ parameter: 'filter', ...filter.error });
  return ok({
    sinceMs: since.value,
    untilMs: until.value,
    order: request.order ?? 'newest',
    limit,
    ...(after === undefined ? {} : { after }),
    ...(match === undefined ? {} : { match: match.value }),
    ...(filter === undefined ? {} : { condition: compileFilter(filter.value, shard) }),
  });
}

function moment(
  parameter: 'since' | 'until',
  text: string | undefined,
  nowMs: number,
  otherwise: number,
): Result<number, SearchFault> {
  const time = text === undefined ? otherwise : parseMoment(text, nowMs);
  return time === undefined ? err({ parameter, message: `expected ${MOMENT_FORMS}` }) : ok(time);
}

/** A fault as one sentence for a person. */
export function describeFault(fault: SearchFault): string {
  if (fault.offset === undefined) return `${fault.parameter}: ${fault.message}`;
  return `${fault.parameter}: ${fault.message} at offset ${fault.offset}; expected ${fault.expected ?? 'something else'}`;
}
