/** The questions about sessions put to one shard's `meta.db`, as SQL, and about what belongs to none, to one month of events. */
import type { DatabaseSync } from 'node:sqlite';
import { withinBudget } from '#events/index-queries.ts';
import { LONG_SESSION_MS } from '#events/index-schema.ts';
import type { SessionRow } from '#events/session-row.ts';

/** Whose sessions; a client by its claimed name or by its OAuth client. */
export type SessionFilter = {
  readonly caller?: string | undefined;
  readonly connection?: string | undefined;
  readonly client?: string | undefined;
};

/** Sessions with a record in the half-open range of Unix ms. */
export type SessionScope = SessionFilter & {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Only those that began before this place: a time, and at that time a first record. */
  readonly before?: { readonly t: number; readonly n: number } | undefined;
};

type Condition = { readonly sql: string; readonly parameters: readonly (string | number)[] };

/** `client_name`, `client_id`, `caller_subject` and `connection` are columns of sessions and of events alike. */
function filterCondition({ caller, connection, client }: SessionFilter): Condition {
  const terms: Condition[] = [];
  if (caller !== undefined) terms.push({ sql: 'caller_subject = ?', parameters: [caller] });
  if (connection !== undefined) terms.push({ sql: 'connection = ?', parameters: [connection] });
  if (client !== undefined) terms.push({ sql: '(client_name = ? OR client_id = ?)', parameters: [client, client] });
  return {
    sql: terms.map(({ sql }) => ` AND ${sql}`).join(''),
    parameters: terms.flatMap(({ parameters }) => parameters),
  };
}

/** Newest begun first. */
export function selectSessions(meta: DatabaseSync, scope: SessionScope, limit: number): readonly SessionRow[] {
  const isLong = `last_t - first_t >= ${LONG_SESSION_MS}`;
  if (scope.caller !== undefined) return select(meta, scope, { index: 'sessions_of', sinceMs: undefined }, '', limit);
  const sinceMs = scope.sinceMs - LONG_SESSION_MS;
  // Two walks instead of one over all sessions that ever began before: those of the time asked for, and the few long ones.
  return [
    ...select(meta, scope, { index: 'sessions_begun', sinceMs }, ` AND NOT (${isLong})`, limit),
    ...select(meta, scope, { index: 'sessions_long', sinceMs: undefined }, ` AND ${isLong}`, limit),
  ]
    .toSorted((a, b) => b.first_t - a.first_t || b.n - a.n)
    .slice(0, limit);
}

function select(
  meta: DatabaseSync,
  scope: SessionScope,
  walk: { readonly index: string; readonly sinceMs: number | undefined },
  further: string,
  limit: number,
): readonly SessionRow[] {
  const { sinceMs, untilMs, before } = scope;
  const filter = filterCondition(scope);
  const from = walk.sinceMs === undefined ? '' : ' AND first_t > ?';
  const until = before === undefined ? untilMs : Math.min(untilMs, before.t + 1);
  const place = before === undefined ? '' : ' AND (first_t < ? OR n < ?)';
  return meta
    .prepare(
      `SELECT * FROM sessions INDEXED BY ${walk.index} WHERE first_t < ?${from} AND last_t >= ?${place}${further}${filter.sql}
       AND ${withinBudget('n')} ORDER BY first_t DESC, n DESC LIMIT ?`,
    )
    .all(
      until,
      ...(walk.sinceMs === undefined ? [] : [walk.sinceMs]),
      sinceMs,
      ...(before === undefined ? [] : [before.t, before.n]),
      ...filter.parameters,
      limit,
    ) as SessionRow[];
}

export const selectSession = (meta: DatabaseSync, session: string): SessionRow | undefined =>
  meta.prepare('SELECT * FROM sessions WHERE session = ?').get(session) as SessionRow | undefined;

/** The last record of a start or a stop; -1 when there is none. */
export const lastRun = (meta: DatabaseSync): number =>
  (meta.prepare('SELECT n FROM run').get() as { readonly n: number } | undefined)?.n ?? -1;

export type RevokedRow = { readonly t: number; readonly scope: string };

/** The newest revocations recorded since, each the JSON of its scope. */
export const revocationsSince = (meta: DatabaseSync, sinceMs: number, limit: number): readonly RevokedRow[] =>
  meta
    .prepare('SELECT t, scope FROM revocations WHERE t >= ? ORDER BY t DESC LIMIT ?')
    .all(sinceMs, limit) as RevokedRow[];

export type UnattributedRow = {
  readonly connection: string | null;
  readonly kind: 'intent' | 'denied' | 'stream';
  readonly reason: string;
  readonly records: number;
  readonly count: number;
};

/**
 * What belongs to no session, by connection and reason: of a refusal its public code, since exact reasons may name places in what
 * a caller sent; `unreadable` where a destroyed key leaves nothing to know it by. Acts of the gateway itself are no calls.
 */
export function countUnattributed(
  month: DatabaseSync,
  range: { readonly from: number; readonly to: number },
  filter: SessionFilter,
  limit: number,
): readonly UnattributedRow[] {
  const { sql, parameters } = filterCondition(filter);
  return month
    .prepare(
      `SELECT nullif(connection, '') AS connection, kind, iif(kind = 'denied', code, coalesce(reason, 'unreadable')) AS reason,
       count(*) AS records, sum(coalesce(times, 1)) AS count FROM events INDEXED BY unattributed
       WHERE session IS NULL AND kind <> 'control' AND kind <> 'anchor' AND events.key >= ? AND events.key < ?${sql}
       AND ${withinBudget('events.key')} GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT ?`,
    )
    .all(range.from, range.to, ...parameters, limit) as UnattributedRow[];
}
