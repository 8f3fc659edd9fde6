/**
 * Read-only access to a shard's search index, while somebody writes it or not. Answers over the monthly files; knows
 * neither the filter language nor the ledger nor other shards. A file that vanishes while the index is rebuilt counts as
 * empty: `indexedThrough` tells the user how much there is.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type EventHit, hitOfRow } from '#events/event-row.ts';
import { SCHEMA_VERSION } from '#events/index-schema.ts';
import type { SqlCondition } from '#events/filter/compile.ts';
import { metaPath, monthPath, openReadOnly } from '#events/index-files.ts';
import {
  countOverTime,
  countValues,
  enforceBudget,
  firstRecordFrom,
  lastPositionTo,
  type MonthScope,
  selectCompleted,
  selectEventOf,
  selectPage,
  type TimeCount,
  type ValueCount,
} from '#events/index-queries.ts';
import {
  countUnattributed,
  lastRun,
  type RevokedRow,
  revocationsSince,
  type SessionFilter,
  type SessionScope,
  selectSession,
  selectSessions,
  type UnattributedRow,
} from '#events/index-session-queries.ts';
import type { SessionRow } from '#events/session-row.ts';
import { treeSize, treeSubtrees } from '#events/index-tree.ts';
import { type Month, keyRange, monthEnd, monthStart } from '#events/month.ts';
import { type Position, START } from '#events/source.ts';
import { inclusionProof } from '#ledger/inclusion-proof.ts';

/** Which events of the shard. Times in Unix ms, half-open. */
export type IndexScope = {
  readonly match?: string | undefined;
  readonly condition?: SqlCondition | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
};

export type IndexPlace = { readonly month: Month; readonly key: number };

export type IndexQuery = IndexScope & {
  readonly order: 'newest' | 'oldest';
  /** Only what comes after this place in that order. */
  readonly after?: IndexPlace | undefined;
  readonly limit: number;
};

export type PlacedHit = EventHit & IndexPlace;
/** `completed`: index of the record that completed the event. */
export type CompletedHit = EventHit & { readonly completed: number };

export type SessionEndings = {
  /** Index of the last record of a start or a stop; -1 when there is none. */
  readonly run: number;
  readonly revocations: readonly RevokedRow[];
};

export type IndexReader = {
  readonly shard: string;
  /** Size of the ledger's prefix the index holds; 0 when there is none. */
  indexedThrough(): number;
  page(query: IndexQuery): readonly PlacedHit[];
  /** Events completed by records [first, end), in the order of those records. */
  completed(
    scope: IndexScope,
    range: { readonly first: number; readonly end: number },
    limit: number,
  ): readonly CompletedHit[];
  /** A record index at or before those of all events that began at `sinceMs` or later; undefined when there is none. */
  firstRecordSince(sinceMs: number): number | undefined;
  firstMonth(): Month | undefined;
  /** Per month at most `limit` values, the commonest. */
  countValues(scope: IndexScope, column: string, limit: number): readonly ValueCount[];
  countOverTime(scope: IndexScope, intervalMs: number): readonly TimeCount[];
  /** The event of record `n`: of an intent, of its result or orphan, or of a record that is an event by itself. */
  eventOf(n: number): EventHit | undefined;
  /** Newest begun first. */
  sessions(scope: SessionScope, limit: number): readonly SessionRow[];
  session(id: string): SessionRow | undefined;
  /** What ended sessions without a record in each: the last start or stop, and revocations since. */
  endings(sinceMs: number): SessionEndings;
  /** Per month at most `limit` groups, those of most records. */
  unattributed(
    scope: Pick<IndexScope, 'sinceMs' | 'untilMs'>,
    filter: SessionFilter,
    limit: number,
  ): readonly UnattributedRow[];
  /** A place in the ledger at or before record `n`, as near as the index knows one. */
  positionBefore(n: number): Position;
  /** That record `n` is in the tree of the first `size` records; undefined while the index does not go so far. */
  inclusionProof(n: number, size: number): readonly Buffer[] | undefined;
  close(): void;
};

/** `isOver`: asked while a question runs; once it is true the question ends with `TooCostly`. */
export function openIndexReader(directory: string, shard: string, isOver: () => boolean = () => false): IndexReader {
  return new SqliteIndexReader(directory, shard, isOver);
}

/** Month files kept open between questions, for their page caches. */
const OPEN_MONTHS = 4;
/** A clock that was set back can put events of larger index before those of smaller: so many are looked at. */
const RECORDS_OUT_OF_ORDER = 10_000;
const REVOCATIONS_READ = 10_000;

type MonthState = { readonly month: Month; readonly nMin: number; readonly through: number };

class SqliteIndexReader implements IndexReader {
  readonly shard: string;
  readonly #directory: string;
  readonly #isOver: () => boolean;
  /** Least recently used first; all of the build `#build`. */
  readonly #open = new Map<Month, DatabaseSync>();
  #build: string | undefined;

  constructor(directory: string, shard: string, isOver: () => boolean) {
    this.shard = shard;
    this.#directory = directory;
    this.#isOver = isOver;
  }

  indexedThrough(): number {
    return (
      this.#withMeta((meta) => (meta.prepare('SELECT n FROM progress').get() as { n: number } | undefined)?.n) ?? 0
    );
  }

  page(query: IndexQuery): readonly PlacedHit[] {
    const { order, after } = query;
    const hits: PlacedHit[] = [];
    const within = this.#monthsIn(query).filter(
      ({ month }) => after === undefined || (order === 'newest' ? month <= after.month : month >= after.month),
    );
    for (const { month } of order === 'newest' ? within.toReversed() : within) {
      const wanted = query.limit - hits.length;
      if (wanted === 0) break;
      const rows = this.#withMonth(month, (database) => selectPage(database, pageScope(month, query), order, wanted));
      for (const row of rows ?? []) hits.push({ ...hitOfRow(row, this.shard), month, key: row.key });
    }
    return hits;
  }

  completed(
    scope: IndexScope,
    range: { readonly first: number; readonly end: number },
    limit: number,
  ): readonly CompletedHit[] {
    const hits: CompletedHit[] = [];
    for (const { month, through } of this.#monthsIn(scope)) {
      // A month nothing was written to since has nothing that completed since.
      if (through <= range.first) continue;
      const rows = this.#withMonth(month, (database) =>
        selectCompleted(database, monthScope(month, scope), range, limit),
      );
      for (const row of rows ?? []) hits.push({ ...hitOfRow(row, this.shard), completed: row.completed });
    }
    return hits.toSorted((a, b) => a.completed - b.completed).slice(0, limit);
  }

  firstRecordSince(sinceMs: number): number | undefined {
    const [first, ...later] = this.#monthsIn({ sinceMs, untilMs: Infinity });
    if (first === undefined) return undefined;
    const { from } = keyRange(first.month, sinceMs, Infinity);
    const inFirst = this.#withMonth(first.month, (database) => firstRecordFrom(database, from, RECORDS_OUT_OF_ORDER));
    const candidates = [...(inFirst === undefined ? [] : [inFirst]), ...later.map(({ nMin }) => nMin)];
    return candidates.length === 0 ? undefined : Math.min(...candidates);
  }

  firstMonth(): Month | undefined {
    return this.#months()[0]?.month;
  }

  countValues(scope: IndexScope, column: string, limit: number): readonly ValueCount[] {
    return this.#monthsIn(scope).flatMap(
      ({ month }) =>
        this.#withMonth(month, (database) => countValues(database, monthScope(month, scope), column, limit)) ?? [],
    );
  }

  countOverTime(scope: IndexScope, intervalMs: number): readonly TimeCount[] {
    return this.#monthsIn(scope).flatMap(
      ({ month }) =>
        this.#withMonth(month, (database) => countOverTime(database, monthScope(month, scope), intervalMs)) ?? [],
    );
  }

  eventOf(n: number): EventHit | undefined {
    for (const { month } of this.#months().toReversed()) {
      const row = this.#withMonth(month, (database) => selectEventOf(database, n));
      if (row !== undefined) return hitOfRow(row, this.shard);
    }
    return undefined;
  }

  sessions(scope: SessionScope, limit: number): readonly SessionRow[] {
    return this.#withMeta((meta) => selectSessions(meta, scope, limit)) ?? [];
  }

  session(id: string): SessionRow | undefined {
    return this.#withMeta((meta) => selectSession(meta, id));
  }

  endings(sinceMs: number): SessionEndings {
    const none = { run: -1, revocations: [] };
    return (
      this.#withMeta((meta) => ({
        run: lastRun(meta),
        revocations: revocationsSince(meta, sinceMs, REVOCATIONS_READ),
      })) ?? none
    );
  }

  unattributed(
    scope: Pick<IndexScope, 'sinceMs' | 'untilMs'>,
    filter: SessionFilter,
    limit: number,
  ): readonly UnattributedRow[] {
    return this.#monthsIn(scope).flatMap(
      ({ month }) =>
        this.#withMonth(month, (database) =>
          countUnattributed(database, keyRange(month, scope.sinceMs, scope.untilMs), filter, limit),
        ) ?? [],
    );
  }

  positionBefore(n: number): Position {
    let nearest = START;
    for (const { month, nMin } of this.#months()) {
      const found = nMin > n ? undefined : this.#withMonth(month, (database) => lastPositionTo(database, n));
      if (found !== undefined && found.n >= nearest.n) nearest = found;
    }
    return nearest;
  }

  inclusionProof(n: number, size: number): readonly Buffer[] | undefined {
    return this.#withMeta((meta) => (treeSize(meta) < size ? undefined : inclusionProof(treeSubtrees(meta), n, size)));
  }

  close(): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  /** Oldest first. */
  #months(): readonly MonthState[] {
    const rows = this.#withMeta(
      (meta) => meta.prepare('SELECT month, n_min AS nMin, through FROM months ORDER BY month').all() as MonthState[],
    );
    return rows ?? [];
  }

  #monthsIn({ sinceMs, untilMs }: Pick<IndexScope, 'sinceMs' | 'untilMs'>): readonly MonthState[] {
    return this.#months().filter(({ month }) => monthEnd(month) > sinceMs && monthStart(month) < untilMs);
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
      if (meta === undefined || identity?.schema !== SCHEMA_VERSION) return undefined;
      enforceBudget(meta, this.#isOver);
      return use(meta);
    } finally {
      meta?.close();
    }
  }

  #withMonth<T>(month: Month, use: (database: DatabaseSync) => T): T | undefined {
    const database = this.#open.get(month) ?? this.#openMonth(month);
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

  #openMonth(month: Month): DatabaseSync | undefined {
    const database = openReadOnly(monthPath(this.#directory, month));
    if (database !== undefined) enforceBudget(database, this.#isOver);
    return database;
  }
}

const monthScope = (month: Month, { sinceMs, untilMs, match, condition }: IndexScope): MonthScope => ({
  ...keyRange(month, sinceMs, untilMs),
  match,
  condition,
});

function pageScope(month: Month, query: IndexQuery): MonthScope {
  const scope = monthScope(month, query);
  const { after, order } = query;
  if (after?.month !== month) return scope;
  return order === 'newest'
    ? { ...scope, to: Math.min(scope.to, after.key) }
    : { ...scope, from: Math.max(scope.from, after.key + 1) };
}
