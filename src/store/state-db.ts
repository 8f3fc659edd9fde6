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
import type { Revocation, RevocationInForce, RevocationStore } from '#identity/revocation.ts';
import type { Limits } from '#limits.ts';
import type { Marker } from '#store/roll-back-marker.ts';
import { columnsOf, inForceOf, numberOf, revocationOf, stateOf } from '#store/state-rows.ts';
import { keepTally, tallies } from '#store/state-tally.ts';

export type StateDb = RevocationStore & {
  /** Runs `judge` while no other process can write. */
  underLock<T>(judge: (state: Marker) => T): T;
};

export type StateDbOptions = {
  readonly path: string;
  readonly limits: Pick<Limits, 'revocationEpochs' | 'revocationKeptMs' | 'revocationsDropped' | 'stateLockMs'>;
  /** Called under the write lock after each change that must not be rolled back. A fault of it is logged, the change stands. */
  readonly mark: (state: Marker) => void;
  /** The mark as it is now; undefined when there is none that can be read. */
  readonly marked: () => Marker | undefined;
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

/** In force, for the same scope. */
const SAME_SCOPE = 'revision IS NOT NULL AND scope = ? AND issuer IS ? AND subject IS ? AND client IS ?';

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

/** The status change time is set by every write and cannot be set back as the modification time can. */
function looksOf(path: string): string {
  const { dev, ino, size, ctimeNs } = lstatSync(path, { bigint: true });
  return [dev, ino, size, ctimeNs].join(' ');
}

class SqliteState implements StateDb {
  readonly #options: StateDbOptions;
  #database: DatabaseSync | undefined;
  /** As it was when it was opened: one put in its place, or written over it, looks different. */
  #file: string | undefined;
  #store: string | undefined;
  /** The highest revision the state ever said it had. */
  #seen = 0;
  /** Opened older than its mark, which whoever opened it was told: until it has caught up, the mark says nothing new. */
  #isBehind = false;
  /** The highest revision of a revocation read from it or put in force. */
  #revision = 0;
  #version: SQLOutputValue | undefined;

  constructor(options: StateDbOptions) {
    this.#options = options;
  }

  open(): DatabaseSync {
    const { path, limits } = this.#options;
    const file = looksOf(path);
    const database = new DatabaseSync(path, { timeout: limits.stateLockMs });
    try {
      // Before anything that writes: another state must not be made part of this one.
      if (this.#store !== undefined) this.#check(database);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
      this.#transaction(database, () => this.#prepare(database));
    } catch (error) {
      database.close();
      throw error;
    }
    this.#file = file;
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
      this.#drop(database, 'epoch_ms < ?', revocation.atMs - revocationKeptMs);
      const { id, scope, atMs, epochMs, reason, by } = revocation;
      const { issuer, subject, client } = columnsOf(scope);
      // One of everybody has room whatever the others take, and the one it replaces takes none.
      const others = database
        .prepare(
          `SELECT count(*) AS count FROM revocations WHERE (scope = 'all') = (? = 'all') AND NOT (${SAME_SCOPE})`,
        )
        .get(scope.scope, scope.scope, issuer, subject, client);
      if (numberOf(others, 'count') >= revocationEpochs) return false;
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
      const earlier = database
        .prepare(`SELECT max(epoch_ms) AS epoch FROM revocations WHERE ${SAME_SCOPE}`)
        .get(scope.scope, issuer, subject, client);
      database.prepare(`DELETE FROM revocations WHERE ${SAME_SCOPE}`).run(scope.scope, issuer, subject, client);
      // After a loss the numbers go on where the mark was: a process that saw more would pass over a lower one.
      database.prepare('UPDATE state SET revision = max(revision, ?) + 1').run(this.#markedRevision());
      const epoch = Math.max(epochMs, Number(earlier?.['epoch'] ?? epochMs));
      if (scope.scope === 'all') this.#drop(database, 'revision IS NOT NULL AND epoch_ms <= ?', epoch);
      database
        .prepare(
          'UPDATE revocations SET revision = (SELECT revision FROM state), record = ?, epoch_ms = ? WHERE id = ?',
        )
        .run(record, epoch, id);
      return inForceOf(database.prepare('SELECT * FROM revocations WHERE id = ?').get(id));
    });
    this.#revision = Math.max(this.#revision, enforced.revision);
    this.#seen = Math.max(this.#seen, enforced.revision);
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
      if (version !== this.#version) this.#check(database);
      // Changed by commits of other connections only; what this one put in force it knows.
      if (version === this.#version && revision >= this.#revision) return [];
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
    keepTally(database);
    if (!tallies(database)) throw new Error('it is made of parts of different times');
    database
      .prepare('INSERT INTO state VALUES (1, ?, ?, 0) ON CONFLICT DO NOTHING')
      .run(SCHEMA_VERSION, randomBytes(16).toString('hex'));
    const schema = numberOf(database.prepare('SELECT schema FROM state').get(), 'schema');
    if (schema !== SCHEMA_VERSION) throw new Error(`its schema is ${schema}, this version knows ${SCHEMA_VERSION}`);
    if (this.#store === undefined) {
      const { store, revision } = stateOf(database);
      this.#store = store;
      this.#isBehind = this.#markedRevision() > revision;
    }
    this.#check(database);
    this.#version = undefined;
  }

  /** Only the same state, and no older one, may go on: revocations of an older one have numbers that were passed already. */
  #check(database: DatabaseSync): void {
    // The mark first: it never runs ahead of a state that is read later.
    const marked = this.#markedRevision();
    const { store, revision } = stateOf(database);
    if (revision >= marked) this.#isBehind = false;
    const known = this.#isBehind ? this.#seen : Math.max(this.#seen, marked);
    if (store !== this.#store || revision < known)
      throw new Error('another state.db, or an older one, was put in its place');
    this.#seen = revision;
  }

  #drop(
    database: DatabaseSync,
    which: 'epoch_ms < ?' | 'revision IS NOT NULL AND epoch_ms <= ?',
    epochMs: number,
  ): void {
    database
      .prepare(`DELETE FROM revocations WHERE rowid IN (SELECT rowid FROM revocations WHERE ${which} LIMIT ?)`)
      .run(epochMs, this.#options.limits.revocationsDropped);
  }

  #markedRevision(): number {
    const marked = this.#options.marked();
    return marked !== undefined && marked.store === this.#store ? marked.revision : 0;
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
        this.#check(database);
        return run(database);
      }),
    );
  }

  #current(): DatabaseSync {
    // SQLite answers from its cache and its log when somebody writes over the file, so what it says is asked anew from
    // the file. A checkpoint changes the file as well, and then costs one more opening.
    if (looksOf(this.#options.path) !== this.#file) this.shut();
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
