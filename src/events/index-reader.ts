/**
 * Read-only access to a shard's search index, while somebody writes it or not. Gives pages of events over the monthly
 * files; knows neither the filter language nor the ledger. A file that vanishes while the index is rebuilt counts as empty:
 * `indexedThrough` tells the user how much there is.
 */
import type { DatabaseSync } from 'node:sqlite';
import { EVENT_SELECT, type EventHit, type EventRow, hitOfRow } from '#events/event-row.ts';
import { SCHEMA_VERSION } from '#events/index-schema.ts';
import type { Cursor } from '#events/cursor.ts';
import type { SqlCondition } from '#events/filter/compile.ts';
import { metaPath, monthPath, openReadOnly } from '#events/index-files.ts';
import { type Month, keyRange, monthEnd, monthStart } from '#events/month.ts';

export type IndexQuery = {
  /** FTS5 query (text-query.ts). */
  readonly match?: string;
  readonly condition?: SqlCondition;
  /** Unix ms, half-open. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly order: 'newest' | 'oldest';
  readonly after?: Cursor;
  readonly limit: number;
};

export type IndexPage = { readonly hits: readonly EventHit[]; readonly next: Cursor | undefined };

export type IndexReader = {
  /** Size of the ledger's prefix the index holds; 0 when there is none. */
  indexedThrough(): number;
  page(query: IndexQuery): IndexPage;
  /** The event of record `n`: of an intent, of its result or orphan, or of a record that is an event by itself. */
  eventOf(n: number): EventHit | undefined;
  close(): void;
};

export function openIndexReader(directory: string, shard: string): IndexReader {
  return new SqliteIndexReader(directory, shard);
}

/** Month files kept open between questions, for their page caches. */
const OPEN_MONTHS = 4;

class SqliteIndexReader implements IndexReader {
  readonly #directory: string;
  readonly #shard: string;
  /** Least recently used first; all of the build `#build`. */
  readonly #open = new Map<Month, DatabaseSync>();
  #build: string | undefined;

  constructor(directory: string, shard: string) {
    this.#directory = directory;
    this.#shard = shard;
  }

  indexedThrough(): number {
    return (
      this.#withMeta((meta) => (meta.prepare('SELECT n FROM progress').get() as { n: number } | undefined)?.n) ?? 0
    );
  }

  page(query: IndexQuery): IndexPage {
    const hits: EventHit[] = [];
    let last: Cursor | undefined;
    for (const month of this.#monthsFor(query)) {
      // One more than asked for tells whether there is a next page.
      const wanted = query.limit + 1 - hits.length;
      const rows = this.#withMonth(month, (database) => selectRows(database, month, query, wanted)) ?? [];
      for (const row of rows) {
        if (hits.length === query.limit) return { hits, next: last };
        hits.push(hitOfRow(row, this.#shard));
        last = { month, key: row.key };
      }
    }
    return { hits, next: undefined };
  }

  eventOf(n: number): EventHit | undefined {
    for (const month of this.#months()) {
      const row = this.#withMonth(
        month,
        (database) =>
          (database.prepare(`SELECT ${EVENT_SELECT} FROM events WHERE n = ?`).get(n) ??
            database.prepare(`SELECT ${EVENT_SELECT} FROM events WHERE result = ?`).get(n)) as EventRow | undefined,
      );
      if (row !== undefined) return hitOfRow(row, this.#shard);
    }
    return undefined;
  }

  /** Newest first. */
  #months(): readonly Month[] {
    const rows = this.#withMeta(
      (meta) => meta.prepare('SELECT month FROM months ORDER BY month DESC').all() as { month: Month }[],
    );
    return (rows ?? []).map(({ month }) => month);
  }

  #monthsFor({ sinceMs, untilMs, order, after }: IndexQuery): readonly Month[] {
    const newest = this.#months().filter(
      (month) =>
        monthEnd(month) > sinceMs &&
        monthStart(month) < untilMs &&
        (after === undefined || (order === 'newest' ? month <= after.month : month >= after.month)),
    );
    return order === 'newest' ? newest : newest.toReversed();
  }

  close(): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  /** Opened for each use: a rebuilt index has other files under the same names. */
  #withMeta<T>(use: (meta: DatabaseSync) => T): T | undefined {
    const meta = openReadOnly(metaPath(this.#directory));
    try {
      // A file just made, before its writer filled it, or one of another version that will be rebuilt.
      const isMade = meta?.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'months'`).get() !== undefined;
      const identity = isMade
        ? (meta?.prepare('SELECT schema, build FROM identity').get() as { schema: number; build: string } | undefined)
        : undefined;
      if (identity?.build !== this.#build) this.close();
      this.#build = identity?.build;
      return meta !== undefined && identity?.schema === SCHEMA_VERSION ? use(meta) : undefined;
    } finally {
      meta?.close();
    }
  }

  #withMonth<T>(month: Month, use: (database: DatabaseSync) => T): T | undefined {
    const database = this.#open.get(month) ?? openReadOnly(monthPath(this.#directory, month));
    if (database === undefined) return undefined;
    this.#open.delete(month);
    this.#open.set(month, database);
    const [oldest] = this.#open.keys();
    if (this.#open.size > OPEN_MONTHS && oldest !== undefined) {
      this.#open.get(oldest)?.close();
      this.#open.delete(oldest);
    }
    return use(database);
  }
}

function selectRows(database: DatabaseSync, month: Month, query: IndexQuery, limit: number): readonly EventRow[] {
  const range = keyRange(month, query.sinceMs, query.untilMs);
  let { from, to } = range;
  if (query.after?.month === month) {
    if (query.order === 'newest') to = Math.min(to, query.after.key);
    else from = Math.max(from, query.after.key + 1);
  }
  const condition = query.condition ?? { sql: '1', parameters: [] };
  const direction = query.order === 'newest' ? 'DESC' : 'ASC';
  if (query.match === undefined) {
    return database
      .prepare(
        `SELECT ${EVENT_SELECT} FROM events WHERE events.key >= ? AND events.key < ? AND ${condition.sql} ORDER BY events.key ${direction} LIMIT ?`,
      )
      .all(from, to, ...condition.parameters, limit) as EventRow[];
  }
  // CROSS JOIN keeps the text index outside: it gives its matches in key order, so the first page needs no sort.
  return database
    .prepare(
      `SELECT ${EVENT_SELECT} FROM text CROSS JOIN events ON events.key = text.rowid
       WHERE text MATCH ? AND text.rowid >= ? AND text.rowid < ? AND ${condition.sql} ORDER BY text.rowid ${direction} LIMIT ?`,
    )
    .all(query.match, from, to, ...condition.parameters, limit) as EventRow[];
}
