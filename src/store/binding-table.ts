/**
 * The table of `state.db` that says which call made an id: digests and sealed text (src/bindings). Bounded per caller and in
 * all, least recently used out. Reading is a look at an index on the calling thread; writing waits for the disk and is for
 * bindings.worker.ts.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { BindingWrite, StoredBinding, WriteOutcome } from '#bindings/binding.ts';
import type { Limits } from '#limits.ts';
import { openStateFile } from '#store/state-file.ts';
import type { StateFile } from '#store/state-file.ts';

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
  return new SqliteBindingTable(path, limits);
}

type Statements = { readonly find: StatementSync };

class SqliteBindingTable implements BindingTable {
  readonly #file: StateFile<Statements>;
  readonly #limits: BindingTableLimits;

  constructor(path: string, limits: BindingTableLimits) {
    this.#limits = limits;
    this.#file = openStateFile({
      path,
      schema: SCHEMA,
      limits,
      prepare: (database) => ({ find: database.prepare('SELECT * FROM bindings WHERE digest = ?') }),
    });
  }

  find(digest: Uint8Array): readonly StoredBinding[] {
    return this.#file
      .using(({ find }) => find.all(digest))
      .map((row) => ({
        digest: bytesOf(row['digest']),
        owner: bytesOf(row['owner']),
        caller: bytesOf(row['caller']),
        isSingle: row['single'] === 1,
        sealed: bytesOf(row['sealed']),
        expiresMs: numberOf(row['expires_ms']),
      }));
  }

  write(writes: readonly BindingWrite[]): readonly WriteOutcome[] {
    return this.#file.writing((_statements, database) => writes.map((write) => this.#bind(database, write)));
  }

  close(): void {
    this.#file.close();
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
