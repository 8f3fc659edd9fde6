/** The questions put to one monthly file of a search index, as SQL. Knows no other month, no shard and no filter language. */
import type { DatabaseSync } from 'node:sqlite';
import type { EventOutcome } from '#events/event.ts';
import { EVENT_SELECT, type EventRow } from '#events/event-row.ts';
import type { Position } from '#events/source.ts';
import type { SqlCondition } from '#events/filter/compile.ts';

/** Which events of a month: keys [from, to), words, and what the filter says. */
export type MonthScope = {
  readonly from: number;
  readonly to: number;
  readonly match: string | undefined;
  readonly condition: SqlCondition | undefined;
};

export type CompletedRow = EventRow & { readonly completed: number };
export type ValueCount = { readonly value: string | null; readonly count: number };
export type TimeCount = { readonly at: number; readonly outcome: EventOutcome | null; readonly count: number };

/** The record that completed an event: a call's result or orphan, anything else itself; null while a call is open. As in index-schema.ts. */
export const COMPLETED = `iif(kind = 'intent', result, n)`;

/**
 * Asked about once in 256 events looked at; a thread inside SQLite also ends only there. Chosen by a product that scatters
 * record indexes, since those of events lie in strides: one call after the other has an intent at every second record.
 */
export const withinBudget = (column: string): string =>
  `((${column} & 65535) * 40503 & 65280 <> 0 OR within_budget(${column}))`;
const BUDGET = ` AND ${withinBudget('events.key')}`;

/** Thrown out of a question that looked at events for too long. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly';
}

/** To be called once for each file opened; `isOver` is asked while a question runs. */
export function enforceBudget(database: DatabaseSync, isOver: () => boolean): void {
  // Declared as not deterministic, or SQLite would ask once and remember.
  database.function('within_budget', { deterministic: false, directOnly: true, varargs: true }, () => {
    if (isOver()) throw new TooCostly('the search looked at too much');
    return 1;
  });
}

type Clause = { readonly sql: string; readonly parameters: readonly (string | number)[] };

function where({ from, to, match, condition }: MonthScope): Clause {
  const filtered = condition === undefined ? '' : ` AND ${condition.sql}`;
  const own = condition?.parameters ?? [];
  if (match === undefined) {
    return {
      sql: `FROM events WHERE events.key >= ? AND events.key < ?${BUDGET}${filtered}`,
      parameters: [from, to, ...own],
    };
  }
  // CROSS JOIN keeps the text index outside: it gives its matches in key order, so the first page needs no sort.
  return {
    sql: `FROM text CROSS JOIN events ON events.key = text.rowid WHERE text MATCH ? AND text.rowid >= ? AND text.rowid < ?${BUDGET}${filtered}`,
    parameters: [match, from, to, ...own],
  };
}

export function selectPage(
  database: DatabaseSync,
  scope: MonthScope,
  order: 'newest' | 'oldest',
  limit: number,
): readonly EventRow[] {
  const { sql, parameters } = where(scope);
  const by = scope.match === undefined ? 'events.key' : 'text.rowid';
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  return database
    .prepare(`SELECT ${EVENT_SELECT} ${sql} ORDER BY ${by} ${direction} LIMIT ?`)
    .all(...parameters, limit) as EventRow[];
}

/** Events completed by records [first, end), in that order. */
export function selectCompleted(
  database: DatabaseSync,
  scope: MonthScope,
  { first, end }: { readonly first: number; readonly end: number },
  limit: number,
): readonly CompletedRow[] {
  const { from, to, match, condition } = scope;
  const own = condition?.parameters ?? [];
  let words = '';
  const parameters: (string | number)[] = [first, end, from, to];
  if (match !== undefined) {
    // The words are looked up only where these events lie.
    const range = database
      .prepare(`SELECT min(key) AS low, max(key) AS high FROM events WHERE ${COMPLETED} >= ? AND ${COMPLETED} < ?`)
      .get(first, end) as { readonly low: number | null; readonly high: number | null };
    if (range.low === null || range.high === null) return [];
    words = ` AND events.key IN (SELECT rowid FROM text WHERE text MATCH ? AND rowid >= ? AND rowid <= ?)`;
    parameters.push(match, range.low, range.high);
  }
  const filtered = condition === undefined ? '' : ` AND ${condition.sql}`;
  return database
    .prepare(
      `SELECT ${EVENT_SELECT}, ${COMPLETED} AS completed FROM events WHERE ${COMPLETED} >= ? AND ${COMPLETED} < ?
       AND events.key >= ? AND events.key < ?${BUDGET}${words}${filtered} ORDER BY ${COMPLETED} LIMIT ?`,
    )
    .all(...parameters, ...own, limit) as CompletedRow[];
}

/** How often each value of a column, the commonest first; at most `limit` values. `column` is a constant of attributes.ts. */
export function countValues(
  database: DatabaseSync,
  scope: MonthScope,
  column: string,
  limit: number,
): readonly ValueCount[] {
  const { sql, parameters } = where(scope);
  return database
    .prepare(`SELECT ${column} AS value, count(*) AS count ${sql} GROUP BY 1 ORDER BY 2 DESC LIMIT ?`)
    .all(...parameters, limit) as ValueCount[];
}

/** How many events began in each stretch of `intervalMs` since the Unix epoch, by outcome. */
export function countOverTime(database: DatabaseSync, scope: MonthScope, intervalMs: number): readonly TimeCount[] {
  const { sql, parameters } = where(scope);
  return database
    .prepare(`SELECT t - t % CAST(? AS INTEGER) AS at, outcome, count(*) AS count ${sql} GROUP BY 1, 2`)
    .all(intervalMs, ...parameters) as TimeCount[];
}

/** Record index of the first of the next events at or after key `from`; a clock that went back makes a later one smaller. */
export function firstRecordFrom(database: DatabaseSync, from: number, looked: number): number | undefined {
  const row = database
    .prepare('SELECT min(n) AS n FROM (SELECT n FROM events WHERE key >= ? ORDER BY key LIMIT ?)')
    .get(from, looked) as { readonly n: number | null };
  return row.n ?? undefined;
}

export function lastPositionTo(database: DatabaseSync, n: number): Position | undefined {
  const row = database.prepare('SELECT n, segment, offset FROM events WHERE n <= ? ORDER BY n DESC LIMIT 1').get(n) as
    | Position
    | undefined;
  return row === undefined ? undefined : { n: row.n, segment: row.segment, offset: row.offset };
}

/** The event of record `n`: of an intent, of its result or orphan, or of a record that is an event by itself. */
export const selectEventOf = (database: DatabaseSync, n: number): EventRow | undefined =>
  (database.prepare(`SELECT ${EVENT_SELECT} FROM events WHERE n = ?`).get(n) ??
    database.prepare(`SELECT ${EVENT_SELECT} FROM events WHERE ${COMPLETED} = ?`).get(n)) as EventRow | undefined;
