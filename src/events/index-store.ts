/**
 * The search index of one shard as its only writer sees it: monthly files plus `meta.db`. Applies batches of records,
 * knows how far it is, and notices at opening when it is not what it should be. Refuses to know where records come from.
 *
 * Commits are not synced one by one and the files do not commit together. Instead: each month file holds how far it is
 * itself, `meta.db` is written last and says how far each should be; whatever is behind is applied again, which changes
 * nothing that is already there.
 */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { META_SCHEMA, SCHEMA_VERSION } from '#events/index-schema.ts';
import {
  dropIndexFiles,
  makeIndexDirectory,
  metaPath,
  monthPath,
  openWritable,
  saysDamaged,
} from '#events/index-files.ts';
import { treeSize, TreeWriter } from '#events/index-tree.ts';
import { createMonthOf, type Month } from '#events/month.ts';
import { MonthWriter } from '#events/index-month-writer.ts';
import { project } from '#events/project.ts';
import { SessionWriter } from '#events/index-session-writer.ts';
import { type OpenedRecord, type Position, START } from '#events/source.ts';
import { leafHash } from '#ledger/merkle.ts';

/** Month files open at once: calls cross a month's end, more only after jumps of the clock. */
const OPEN_MONTHS = 4;

type MonthRange = { nMin: number; nMax: number; through: number };

/** The last record indexed: a ledger that gives another one there is not the ledger indexed. */
export type LastIndexed = { readonly position: Position; readonly hc: string };

export type IndexStore = {
  /** Where to read on. */
  position(): Position;
  lastIndexed(): LastIndexed | undefined;
  /** Records from `position()` on, in order, and the position behind them. Throws on any SQLite error; the store is then closed. */
  apply(records: readonly OpenedRecord[], next: Position): void;
  /** Results and messages whose intent is not in the index. The ledger's grammar has none: anything above 0 is worth an alarm. */
  unmatched(): number;
  close(): void;
};

export type IndexStoreOptions = {
  readonly directory: string;
  readonly origin: string;
  readonly indexedTextBytes: number;
};

/** Opens or creates the index; one that is damaged, of another schema or of another ledger is dropped, and `dropped` says why. */
export function openIndexStore(options: IndexStoreOptions): {
  readonly store: IndexStore;
  readonly dropped: string | undefined;
} {
  makeIndexDirectory(options.directory);
  try {
    const opened = openExisting(options);
    if (typeof opened !== 'string') return { store: opened, dropped: undefined };
    return { store: openAfresh(options), dropped: opened };
  } catch (error) {
    if (!saysDamaged(error)) throw error;
    return {
      store: openAfresh(options),
      dropped: `damaged: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function openAfresh(options: IndexStoreOptions): IndexStore {
  dropIndexFiles(options.directory);
  const opened = openExisting(options);
  if (typeof opened === 'string') throw new Error(`the index in ${options.directory} cannot be made anew: ${opened}`);
  return opened;
}

function openExisting(options: IndexStoreOptions): IndexStore | string {
  const meta = openWritable(metaPath(options.directory), META_SCHEMA, 'months');
  const unfit = (reason: string): string => {
    meta.close();
    return reason;
  };
  try {
    const identity = meta.prepare('SELECT schema, origin FROM identity').get() as
      | { schema: number; origin: string }
      | undefined;
    if (identity === undefined) {
      meta.prepare('INSERT INTO identity (id, schema, origin) VALUES (1, ?, ?)').run(SCHEMA_VERSION, options.origin);
    } else if (identity.schema !== SCHEMA_VERSION) {
      return unfit(`schema ${identity.schema} instead of ${SCHEMA_VERSION}`);
    } else if (identity.origin !== options.origin) {
      return unfit(`index of ${identity.origin}, not of ${options.origin}`);
    }
    const resumed = resumePosition(meta, options.directory);
    if (typeof resumed !== 'string' && treeSize(meta) < resumed.n) return unfit('hashes of the tree are missing');
    return typeof resumed === 'string' ? unfit(resumed) : new SqliteIndexStore(options, meta, resumed);
  } catch (error) {
    meta.close();
    throw error;
  }
}

/** The smallest position any file is complete to; a text when a whole file is missing. */
function resumePosition(meta: DatabaseSync, directory: string): Position | string {
  const recorded = meta.prepare('SELECT n, segment, offset FROM progress').get() as Position | undefined;
  let position = recorded === undefined ? START : { n: recorded.n, segment: recorded.segment, offset: recorded.offset };
  const months = meta.prepare('SELECT month, through FROM months').all() as { month: Month; through: number }[];
  for (const { month, through } of months) {
    if (!existsSync(monthPath(directory, month))) return `the file of ${month} is missing`;
    const writer = new MonthWriter(directory, month);
    const own = writer.progress();
    writer.end();
    if (own === undefined) return `the file of ${month} is empty`;
    if (own.n < through && own.n < position.n) position = own;
  }
  return position;
}

class SqliteIndexStore implements IndexStore {
  readonly #options: IndexStoreOptions;
  readonly #meta: DatabaseSync;
  readonly #tree: TreeWriter;
  readonly #sessions: SessionWriter;
  readonly #monthOf = createMonthOf();
  readonly #ranges = new Map<Month, MonthRange>();
  /** Least recently written first. */
  readonly #writers = new Map<Month, MonthWriter>();
  #position: Position;
  #last: LastIndexed | undefined;
  #unmatched = 0;

  constructor(options: IndexStoreOptions, meta: DatabaseSync, position: Position) {
    this.#options = options;
    this.#meta = meta;
    this.#tree = new TreeWriter(meta);
    this.#sessions = new SessionWriter(meta);
    this.#position = position;
    const months = meta.prepare('SELECT month, n_min AS nMin, n_max AS nMax, through FROM months').all() as ({
      month: Month;
    } & MonthRange)[];
    for (const { month, nMin, nMax, through } of months) this.#ranges.set(month, { nMin, nMax, through });
    const row = meta.prepare('SELECT n, last_segment, last_offset, last_leaf FROM progress').get() as
      | { n: number; last_segment: number | null; last_offset: number | null; last_leaf: string | null }
      | undefined;
    if (row !== undefined && row.last_segment !== null && row.last_offset !== null && row.last_leaf !== null) {
      this.#last = {
        position: { n: row.n - 1, segment: row.last_segment, offset: row.last_offset },
        hc: row.last_leaf,
      };
    }
  }

  position(): Position {
    return this.#position;
  }

  lastIndexed(): LastIndexed | undefined {
    return this.#last;
  }

  unmatched(): number {
    return this.#unmatched;
  }

  apply(records: readonly OpenedRecord[], next: Position): void {
    try {
      this.#apply(records, next);
    } catch (error) {
      // What was begun is rolled back by closing; the next opening resumes from what is committed.
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const writer of this.#writers.values()) writer.end();
    this.#writers.clear();
    if (this.#meta.isOpen) this.#meta.close();
  }

  #apply(records: readonly OpenedRecord[], next: Position): void {
    const { opened, later } = project(records, this.#options.indexedTextBytes);
    const touched = new Set<MonthWriter>();
    const touch = (month: Month): MonthWriter => {
      const writer = this.#writer(month);
      writer.begin();
      touched.add(writer);
      return writer;
    };
    for (const event of opened) {
      const month = this.#monthOf(event.t);
      const range = this.#ranges.get(month);
      touch(month).insert(event);
      if (range === undefined) this.#ranges.set(month, { nMin: event.n, nMax: event.n, through: next.n });
      else [range.nMin, range.nMax] = [Math.min(range.nMin, event.n), Math.max(range.nMax, event.n)];
    }
    for (const change of later) {
      const month = this.#monthHolding(change.ref);
      if (month === undefined) this.#unmatched++;
      else if (change.change === 'close') touch(month).close(change.ref, change.closing);
      else touch(month).addMessage(change.ref, change.message);
    }
    for (const writer of touched) writer.commit(next);
    this.#commitMeta(touched, records, next);
    this.#position = next;
    this.#closeLeastUsed();
  }

  #commitMeta(touched: ReadonlySet<MonthWriter>, records: readonly OpenedRecord[], next: Position): void {
    const last = records.at(-1);
    if (last !== undefined) this.#last = { position: last.position, hc: last.leaf.hc };
    this.#meta.exec('BEGIN IMMEDIATE');
    for (const { leaf, leafBytes } of records) this.#tree.append(leaf.n, leafHash(leafBytes));
    this.#tree.flush();
    for (const record of records) this.#sessions.add(record, (ref) => this.#sessionOf(ref));
    this.#sessions.flush();
    for (const { month } of touched) {
      const range = this.#ranges.get(month);
      if (range === undefined) continue;
      range.through = next.n;
      this.#meta
        .prepare('INSERT OR REPLACE INTO months (month, n_min, n_max, through) VALUES (?, ?, ?, ?)')
        .run(month, range.nMin, range.nMax, range.through);
    }
    this.#meta
      .prepare(
        'INSERT OR REPLACE INTO progress (id, n, segment, offset, last_segment, last_offset, last_leaf) VALUES (1, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        next.n,
        next.segment,
        next.offset,
        this.#last?.position.segment ?? null,
        this.#last?.position.offset ?? null,
        this.#last?.hc ?? null,
      );
    this.#meta.exec('COMMIT');
  }

  #sessionOf(n: number): string | undefined {
    const month = this.#monthHolding(n);
    return month === undefined ? undefined : this.#writer(month).sessionOf(n);
  }

  /** The month of intent `n`. Months overlap in `n` only after the clock went back, so this asks hardly ever twice. */
  #monthHolding(n: number): Month | undefined {
    const candidates = [...this.#ranges]
      .filter(([, range]) => range.nMin <= n && n <= range.nMax)
      .map(([month]) => month);
    return candidates
      .toSorted()
      .toReversed()
      .find((month) => this.#writer(month).has(n));
  }

  #writer(month: Month): MonthWriter {
    const open = this.#writers.get(month);
    if (open !== undefined) {
      this.#writers.delete(month);
      this.#writers.set(month, open);
      return open;
    }
    const writer = new MonthWriter(this.#options.directory, month);
    this.#writers.set(month, writer);
    return writer;
  }

  #closeLeastUsed(): void {
    for (const [month, writer] of this.#writers) {
      if (this.#writers.size <= OPEN_MONTHS) return;
      writer.end();
      this.#writers.delete(month);
    }
  }
}
