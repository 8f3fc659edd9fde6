/**
 * Sessions of a whole data directory, newest begun first, and one of them with its events. From the index, like a search: the
 * sums of a session prove nothing by themselves, each of its events can be read again from the ledger.
 */
import type { BookIndex, IndexedThrough } from '#events/book-index.ts';
import type { Cursor } from '#events/cursor.ts';
import type { EventHit } from '#events/event-row.ts';
import { type EventQuery, FOREVER_MS, parseTimes, type QueryFault } from '#events/event-query.ts';
import type { Attribute } from '#events/filter/attributes.ts';
import type { SearchSettings } from '#events/search.ts';
import { pageLimit } from '#events/search.ts';
import {
  compareSessionPlaces,
  placeOfRow,
  type Session,
  type SessionPlace,
  sessionOfRow,
} from '#events/session-row.ts';
import type { SessionRow } from '#events/session-row.ts';
import type { SessionFilter } from '#events/index-session-queries.ts';
import { revokedSinceBy, sessionState } from '#events/session-state.ts';
import { countUnattributed, type UnattributedCounts } from '#events/unattributed.ts';
import type { Limits } from '#limits.ts';
import { type Result, ok } from '#result.ts';

export type SessionsRequest = SessionFilter & {
  /** Sessions with a record at `since` or later and before `until`: RFC 3339 or relative (`15m`). */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** At most `searchLimitMax`; default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: SessionPlace | undefined;
};

export type SessionsPage = {
  readonly sessions: readonly Session[];
  readonly next: SessionPlace | undefined;
  /** On the first page, and for the whole of what was asked. */
  readonly unattributed: UnattributedCounts | undefined;
  readonly indexedThrough: IndexedThrough;
};

export type SessionsSettings = SearchSettings & { readonly limits: Pick<Limits, 'sessionIdleMs'> };

/** Throws as `searchEvents`. */
export function listSessions(
  index: BookIndex,
  request: SessionsRequest,
  settings: SessionsSettings,
): Result<SessionsPage, QueryFault> {
  const { caller, connection, client, after } = request;
  const limit = pageLimit(request.limit, settings.limits);
  if (!limit.ok) return limit;
  const times = parseTimes(request, settings.nowMs);
  if (!times.ok) return times;
  const filter: SessionFilter = { caller, connection, client };
  const indexedThrough = index.indexedThrough();
  const found = index.readers().flatMap((reader) => {
    const { shard } = reader;
    const before = after === undefined ? undefined : placeBefore(after, shard);
    // One more than asked for tells whether there is a next page.
    return reader.sessions({ ...filter, ...times.value, before }, limit.value + 1).map((row) => ({ row, shard }));
  });
  const inOrder = found.toSorted((a, b) =>
    compareSessionPlaces(placeOfRow(b.row, b.shard), placeOfRow(a.row, a.shard)),
  );
  const taken = inOrder.slice(0, limit.value);
  const last = taken.at(-1);
  return ok({
    sessions: withStates(index, taken, settings),
    next: inOrder.length > limit.value && last !== undefined ? placeOfRow(last.row, last.shard) : undefined,
    unattributed: after === undefined ? countUnattributed(index, times.value, filter) : undefined,
    indexedThrough,
  });
}

/** The cursor as this shard has to take it: at its very time the order goes on by shard. */
function placeBefore({ t, shard: at, n }: SessionPlace, shard: string): { readonly t: number; readonly n: number } {
  if (shard === at) return { t, n };
  return { t, n: shard < at ? Number.MAX_SAFE_INTEGER : -1 };
}

type Placed = { readonly row: SessionRow; readonly shard: string };

function withStates(
  index: BookIndex,
  placed: readonly Placed[],
  { nowMs, limits }: SessionsSettings,
): readonly Session[] {
  if (placed.length === 0) return [];
  const sinceMs = Math.min(...placed.map(({ row }) => row.first_t));
  const endings = new Map(index.readers().map((reader) => [reader.shard, reader.endings(sinceMs)]));
  const revokedSince = revokedSinceBy([...endings.values()].flatMap(({ revocations }) => revocations));
  return placed.map(({ row, shard }) => {
    const run = endings.get(shard)?.run ?? -1;
    return sessionOfRow(row, shard, sessionState(row, { run, revokedSince, nowMs, idleMs: limits.sessionIdleMs }));
  });
}

export type SessionRequest = {
  readonly id: string;
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: Cursor | undefined;
};

export type SessionView = {
  readonly session: Session;
  /** Calls, refusals, messages outside calls and acts, in the order in which they began. */
  readonly hits: readonly EventHit[];
  readonly next: Cursor | undefined;
  readonly indexedThrough: IndexedThrough;
};

const SESSION_ATTRIBUTE: Attribute = { type: 'string', column: 'session' };

const eventsOf = (id: string): EventQuery => ({
  sinceMs: -FOREVER_MS,
  untilMs: FOREVER_MS,
  match: undefined,
  filter: {
    op: 'compare',
    attribute: SESSION_ATTRIBUTE,
    comparison: 'eq',
    value: { type: 'string', value: id },
  },
});

/** Undefined when the index has no such session. */
export function showSession(
  index: BookIndex,
  { id, limit: asked, after }: SessionRequest,
  settings: SessionsSettings,
): Result<SessionView | undefined, QueryFault> {
  const limit = pageLimit(asked, settings.limits);
  if (!limit.ok) return limit;
  const placed = index.readers().flatMap((reader): readonly Placed[] => {
    const row = reader.session(id);
    return row === undefined ? [] : [{ row, shard: reader.shard }];
  });
  const [session] = withStates(index, placed.slice(0, 1), settings);
  if (session === undefined) return ok(undefined);
  const { hits, next, indexedThrough } = index.page({ ...eventsOf(id), order: 'oldest', after, limit: limit.value });
  return ok({ session, hits, next, indexedThrough });
}
