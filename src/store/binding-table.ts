/**
 * The table of `state.db` that says which call made an id: digests and sealed text (src/bindings). Bounded per caller and in
 * all, least recently used out. Reading is a look at an index on the calling thread; writing waits for the disk and is for
 * bindings.worker.ts.
 */
import { lstatSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { BindingWrite, StoredBinding, WriteOutcome } from '#bindings/binding.ts';
import type { Limits } from '#limits.ts';

export type BindingTableLimits = Pick<
  Limits,
  'bindingsPerCaller' | 'bindings' | 'bindingsDropped' | 'stateLockMs' | 'bindingWriteMs' | 'bindingsWaiting'
>;

export type BindingTable = {
  find(digest: Uint8Array): readonly StoredBinding[];
  /** All of them in one transaction, durable when it returns. Throws when nothing was written. */
  write(writes: readonly BindingWrite[]): readonly WriteOutcome[];
  close(): void;
};

const SCHEMA = `
CREATE TABLE IF NOT EXISTS bindings (
  digest BLOB NOT NULL, owner BLOB NOT NULL, caller BLOB NOT NULL, single INTEGER NOT NULL, sealed BLOB NOT NULL,
  used_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, PRIMARY KEY (digest, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bindings_of_caller ON bindings (caller, used_ms);
CREATE INDEX IF NOT EXISTS bindings_by_use ON bindings (used_ms);
CREATE INDEX IF NOT EXISTS bindings_by_end ON bindings (expires_ms);
CREATE TABLE IF NOT EXISTS bindings_count (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;
INSERT INTO bindings_count SELECT 1, count(*) FROM bindings WHERE true ON CONFLICT DO NOTHING;
CREATE TRIGGER IF NOT EXISTS binding_came AFTER INSERT ON bindings BEGIN UPDATE bindings_count SET count = count + 1; END;
CREATE TRIGGER IF NOT EXISTS binding_went AFTER DELETE ON bindings BEGIN UPDATE bindings_count SET count = count - 1; END;
`;

const bytesOf = (value: SQLOutputValue | undefined): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw new Error('a binding is damaged');
  return value;
};
const numberOf = (value: SQLOutputValue | undefined): number => {
  if (typeof value !== 'number') throw new Error('a binding is damaged');
  return value;
};

/** Throws when the file is missing or cannot be written. */
export function openBindingTable(path: string, limits: BindingTableLimits): BindingTable {
  const table = new SqliteBindingTable(path, limits);
  table.find(new Uint8Array());
  return table;
}

/** Another file under the same name is another table. */
function fileOf(path: string): string {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev} ${ino}`;
}

function openDatabase(path: string, limits: BindingTableLimits): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: limits.stateLockMs });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

type Open = { readonly file: string; readonly database: DatabaseSync; readonly find: StatementSync };

class SqliteBindingTable implements BindingTable {
  readonly #path: string;
  readonly #limits: BindingTableLimits;
  #open: Open | undefined;

  constructor(path: string, limits: BindingTableLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  find(digest: Uint8Array): readonly StoredBinding[] {
    return this.#using(({ find }) => find.all(digest)).map((row) => ({
      digest: bytesOf(row['digest']),
      owner: bytesOf(row['owner']),
      caller: bytesOf(row['caller']),
      isSingle: row['single'] === 1,
      sealed: bytesOf(row['sealed']),
      expiresMs: numberOf(row['expires_ms']),
    }));
  }

  write(writes: readonly BindingWrite[]): readonly WriteOutcome[] {
    return this.#using(({ database }) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const outcomes = writes.map((write) => this.#bind(database, write));
        database.exec('COMMIT');
        return outcomes;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  close(): void {
    if (this.#open?.database.isOpen === true) this.#open.database.close();
    this.#open = undefined;
  }

  /** After a fault the next use opens it anew, which is how a passing one ends. */
  #using<T>(use: (open: Open) => T): T {
    try {
      const file = fileOf(this.#path);
      if (this.#open?.file !== file) this.close();
      const open = (this.#open ??= this.#opened(file));
      return use(open);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #opened(file: string): Open {
    const database = openDatabase(this.#path, this.#limits);
    return { file, database, find: database.prepare('SELECT * FROM bindings WHERE digest = ?') };
  }

  #bind(database: DatabaseSync, { row, touches, nowMs }: BindingWrite): WriteOutcome {
    this.#drop(database, 'expires_ms <= ?', 'expires_ms', this.#limits.bindingsDropped, nowMs);
    const touch = database.prepare('UPDATE bindings SET used_ms = max(used_ms, ?) WHERE digest = ? AND owner = ?');
    for (const { digest, owner, usedMs } of touches) touch.run(usedMs, digest, owner);
    const { digest, owner, caller, isSingle, sealed, expiresMs } = row;
    if (isSingle && this.find(digest).some((other) => other.expiresMs > nowMs && !equal(other.owner, owner)))
      return 'taken';
    if (isSingle) database.prepare('DELETE FROM bindings WHERE digest = ?').run(digest);
    database
      .prepare(
        `INSERT INTO bindings VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest, owner)
         DO UPDATE SET sealed = excluded.sealed, used_ms = excluded.used_ms, expires_ms = excluded.expires_ms`,
      )
      .run(digest, owner, caller, isSingle ? 1 : 0, sealed, nowMs, expiresMs);
    const { bindings, bindingsPerCaller } = this.#limits;
    const own = database.prepare('SELECT count(*) AS count FROM bindings WHERE caller = ?').get(caller);
    this.#drop(database, 'caller = ?', 'used_ms', numberOf(own?.['count']) - bindingsPerCaller, caller);
    const all = database.prepare('SELECT count FROM bindings_count').get();
    this.#drop(database, 'used_ms <= ?', 'used_ms', numberOf(all?.['count']) - bindings, nowMs);
    return 'bound';
  }

  /** The first so many that are meant, in this order. */
  #drop(
    database: DatabaseSync,
    meant: 'expires_ms <= ?' | 'caller = ?' | 'used_ms <= ?',
    order: 'expires_ms' | 'used_ms',
    count: number,
    value: number | Uint8Array,
  ): void {
    if (count <= 0) return;
    database
      .prepare(
        `DELETE FROM bindings WHERE (digest, owner) IN
         (SELECT digest, owner FROM bindings WHERE ${meant} ORDER BY ${order} LIMIT ?)`,
      )
      .run(value, Math.min(count, this.#limits.bindingsDropped));
  }
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
