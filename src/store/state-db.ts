/**
 * `<data>/state.db`: what all processes of one data directory share and what outlives them, in SQLite. The adapter of the
 * ports kept there; another database means another file like this one. It refuses to know what a revocation does.
 *
 * Its few statements run on the calling thread: a poll reads a counter in shared memory, and a write happens when an
 * admin acts.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import type { Revocation, RevocationInForce, RevocationScope, RevocationStore } from '#identity/revocation.ts';
import type { Limits } from '#limits.ts';
import type { Marker } from '#store/roll-back-marker.ts';

export type StateDb = RevocationStore & {
  /** Runs `judge` while no other process can write. */
  underLock<T>(judge: (state: Marker) => T): T;
};

export type StateDbOptions = {
  readonly path: string;
  readonly limits: Pick<Limits, 'revocationEpochs' | 'revocationKeptMs' | 'stateLockMs'>;
  /** Called under the write lock after each change that must not be rolled back. A fault of it is logged, the change stands. */
  readonly mark: (state: Marker) => void;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
};

const SCHEMA_VERSION = 1;
const PRIVATE_MODE = 0o600;
const OTHERS_WRITE = 0o022;
const OTHERS = 0o077;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS state (
  id INTEGER PRIMARY KEY CHECK (id = 1), schema INTEGER NOT NULL, store TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS revocations (
  id TEXT PRIMARY KEY, revision INTEGER UNIQUE, record TEXT, scope TEXT NOT NULL, issuer TEXT, subject TEXT, client TEXT,
  at_ms INTEGER NOT NULL, epoch_ms INTEGER NOT NULL, reason TEXT NOT NULL, by_issuer TEXT NOT NULL, by_subject TEXT NOT NULL
) STRICT;
`;

type Row = Record<string, SQLOutputValue>;

/** Throws when the file cannot be read, is no state of this version, or may be written by others. */
export function openStateDb(options: StateDbOptions): StateDb {
  const { path } = options;
  makePrivate(path);
  const state = new SqliteState(options);
  state.open();
  return state;
}

/** Whoever may write to it can undo a revocation. SQLite gives its other files the mode of this one. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', PRIVATE_MODE));
  if (process.platform === 'win32') return;
  const { mode } = lstatSync(path);
  if ((mode & OTHERS_WRITE) !== 0) throw new Error(`others may write to it: chmod 600 ${path}`);
  if ((mode & OTHERS) !== 0) chmodSync(path, PRIVATE_MODE);
}

class SqliteState implements StateDb {
  readonly #options: StateDbOptions;
  #database: DatabaseSync | undefined;
  /** Which file is open: one that was put in its place is another. */
  #file: { readonly dev: number; readonly ino: number } | undefined;
  #store: string | undefined;
  /** The highest revision ever seen in it. */
  #revision = 0;
  #version: SQLOutputValue | undefined;

  constructor(options: StateDbOptions) {
    this.#options = options;
  }

  open(): DatabaseSync {
    const { path, limits } = this.#options;
    const { dev, ino } = lstatSync(path);
    const database = new DatabaseSync(path, { timeout: limits.stateLockMs });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
      this.#transaction(database, () => this.#prepare(database));
    } catch (error) {
      database.close();
      throw error;
    }
    this.#file = { dev, ino };
    this.#database = database;
    return database;
  }

  shut(): void {
    if (this.#database?.isOpen === true) this.#database.close();
    this.#database = undefined;
  }

  async announce(revocation: Revocation): Promise<boolean> {
    const { revocationEpochs, revocationKeptMs } = this.#options.limits;
    return this.#write((database) => {
      database.prepare('DELETE FROM revocations WHERE epoch_ms < ?').run(revocation.atMs - revocationKeptMs);
      const { id, scope, atMs, epochMs, reason, by } = revocation;
      const { issuer, subject, client } = columnsOf(scope);
      // One that takes the place of an earlier one needs no room, and for everybody there always is room.
      const others = database
        .prepare(
          'SELECT count(*) AS count FROM revocations WHERE NOT (scope = ? AND issuer IS ? AND subject IS ? AND client IS ?)',
        )
        .get(scope.scope, issuer, subject, client);
      if (scope.scope !== 'all' && numberOf(others, 'count') >= revocationEpochs) return false;
      database
        .prepare('INSERT INTO revocations VALUES (?, NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(id, scope.scope, issuer, subject, client, atMs, epochMs, reason, by.issuer, by.subject);
      return true;
    });
  }

  async enforce(id: string, record: string): Promise<RevocationInForce> {
    const enforced = this.#write((database) => {
      const row = database.prepare('SELECT * FROM revocations WHERE id = ?').get(id);
      if (row === undefined) throw new Error(`revocation ${id} was never announced`);
      if (row['revision'] !== null) return inForceOf(row);
      const { scope, epochMs } = revocationOf(row);
      const { issuer, subject, client } = columnsOf(scope);
      const same = 'revision IS NOT NULL AND scope = ? AND issuer IS ? AND subject IS ? AND client IS ?';
      const earlier = database
        .prepare(`SELECT max(epoch_ms) AS epoch FROM revocations WHERE ${same}`)
        .get(scope.scope, issuer, subject, client);
      database.prepare(`DELETE FROM revocations WHERE ${same}`).run(scope.scope, issuer, subject, client);
      database.prepare('UPDATE state SET revision = revision + 1').run();
      database
        .prepare(
          'UPDATE revocations SET revision = (SELECT revision FROM state), record = ?, epoch_ms = ? WHERE id = ?',
        )
        .run(record, Math.max(epochMs, Number(earlier?.['epoch'] ?? epochMs)), id);
      return inForceOf(database.prepare('SELECT * FROM revocations WHERE id = ?').get(id));
    });
    this.#revision = Math.max(this.#revision, enforced.revision);
    this.#mark();
    return enforced;
  }

  async withdraw(id: string): Promise<RevocationInForce | undefined> {
    return this.#write((database) => {
      database.prepare('DELETE FROM revocations WHERE id = ? AND revision IS NULL').run(id);
      const row = database.prepare('SELECT * FROM revocations WHERE id = ?').get(id);
      return row === undefined ? undefined : inForceOf(row);
    });
  }

  async announced(): Promise<readonly Revocation[]> {
    const rows = this.#read((database) =>
      database.prepare('SELECT * FROM revocations WHERE revision IS NULL ORDER BY at_ms, id').all(),
    );
    return rows.map(revocationOf);
  }

  async inForceAfter(revision: number): Promise<readonly RevocationInForce[]> {
    return this.#read((database) => {
      const version = database.prepare('PRAGMA data_version').get()?.['data_version'];
      // Changed by commits of other connections only; what this one put in force it knows.
      if (version === this.#version && revision >= this.#revision) return [];
      this.#mustContinue(database);
      const rows = database
        .prepare('SELECT * FROM revocations WHERE revision > ? ORDER BY revision')
        .all(revision)
        .map(inForceOf);
      this.#version = version;
      this.#revision = Math.max(this.#revision, rows.at(-1)?.revision ?? 0);
      return rows;
    });
  }

  underLock<T>(judge: (state: Marker) => T): T {
    return this.#write((database) => judge(stateOf(database)));
  }

  async close(): Promise<void> {
    this.shut();
  }

  /** Under the lock, so that a slower process cannot put an older mark over a newer one. */
  #mark(): void {
    try {
      this.underLock((state) => this.#options.mark(state));
    } catch (error) {
      this.#options.log.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'the mark that detects an older state.db could not be written',
      );
    }
  }

  #prepare(database: DatabaseSync): void {
    database.exec(SCHEMA);
    database
      .prepare('INSERT INTO state VALUES (1, ?, ?, 0) ON CONFLICT DO NOTHING')
      .run(SCHEMA_VERSION, randomBytes(16).toString('hex'));
    const schema = numberOf(database.prepare('SELECT schema FROM state').get(), 'schema');
    if (schema !== SCHEMA_VERSION) throw new Error(`its schema is ${schema}, this version knows ${SCHEMA_VERSION}`);
    const { store, revision } = stateOf(database);
    // Opened again after a fault: only the same state, and no older one, may go on.
    if (this.#store !== undefined && (store !== this.#store || revision < this.#revision))
      throw new Error('another state.db was put in its place');
    this.#store = store;
    this.#version = undefined;
  }

  /** A copy of an earlier state may have been put over the open file: what it would number anew has been seen before. */
  #mustContinue(database: DatabaseSync): void {
    const { store, revision } = stateOf(database);
    if (store !== this.#store || revision < this.#revision) throw new Error('another state.db was put in its place');
  }

  #read<T>(run: (database: DatabaseSync) => T): T {
    const database = this.#current();
    try {
      return run(database);
    } catch (error) {
      // The next use opens it anew, which is how a passing fault ends.
      this.shut();
      throw error;
    }
  }

  #write<T>(run: (database: DatabaseSync) => T): T {
    return this.#read((database) =>
      this.#transaction(database, () => {
        this.#mustContinue(database);
        return run(database);
      }),
    );
  }

  #current(): DatabaseSync {
    const { dev, ino } = lstatSync(this.#options.path);
    if (this.#file !== undefined && (dev !== this.#file.dev || ino !== this.#file.ino)) this.shut();
    return this.#database ?? this.open();
  }

  #transaction<T>(database: DatabaseSync, run: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

function stateOf(database: DatabaseSync): Marker {
  const row = database.prepare('SELECT store, revision FROM state').get();
  return { store: textOf(row, 'store'), revision: numberOf(row, 'revision') };
}

function columnsOf(scope: RevocationScope): {
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly client: string | null;
} {
  return {
    issuer: scope.scope === 'caller' ? scope.issuer : null,
    subject: scope.scope === 'caller' ? scope.subject : null,
    client: scope.scope === 'client' ? scope.client : null,
  };
}

function scopeOf(row: Row): RevocationScope {
  const scope = textOf(row, 'scope');
  switch (scope) {
    case 'all':
      return { scope };
    case 'caller':
      return { scope, issuer: textOf(row, 'issuer'), subject: textOf(row, 'subject') };
    case 'client':
      return { scope, client: textOf(row, 'client') };
    default:
      throw new Error('a revocation of an unknown scope');
  }
}

const revocationOf = (row: Row): Revocation => ({
  id: textOf(row, 'id'),
  scope: scopeOf(row),
  atMs: numberOf(row, 'at_ms'),
  epochMs: numberOf(row, 'epoch_ms'),
  reason: textOf(row, 'reason'),
  by: { issuer: textOf(row, 'by_issuer'), subject: textOf(row, 'by_subject') },
});

function inForceOf(row: Row | undefined): RevocationInForce {
  if (row === undefined) throw new Error('a revocation is missing');
  return { ...revocationOf(row), revision: numberOf(row, 'revision'), record: textOf(row, 'record') };
}

function textOf(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not a text`);
  return value;
}

function numberOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new Error(`column ${column} is not a number`);
  return value;
}
