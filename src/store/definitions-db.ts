/**
 * Definitions in `<data>/state.db`, in tables of their own and through a connection of their own. Nothing of them is read
 * on the way of a call: see src/definitions/known-definitions.ts. Whether the file is the newest, and nobody else's, is
 * looked after by state-db.ts, without which no gateway runs.
 */
import { DatabaseSync } from 'node:sqlite';
import { hasChanged } from '#definitions/definition.ts';
import type {
  AcceptedBy,
  Definition,
  DefinitionKey,
  DefinitionText,
  DefinitionVersion,
  FoundDefinition,
} from '#definitions/definition.ts';
import type { Acceptance, DefinitionStore, Sighting } from '#definitions/definition-store.ts';
import type { Limits } from '#limits.ts';
import { definitionOf, textOf } from '#store/definition-rows.ts';
import { numberOf } from '#store/state-rows.ts';

export type DefinitionsDbOptions = {
  readonly path: string;
  readonly limits: Pick<
    Limits,
    'definitionVersions' | 'definitionsPerConnection' | 'definitionTextsBytes' | 'stateLockMs'
  >;
  /** For looking beside a gateway that runs, or without one. */
  readonly isReadOnly?: boolean;
};

const SCHEMA = `
CREATE TABLE IF NOT EXISTS definitions (
  connection TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, versions TEXT NOT NULL,
  PRIMARY KEY (connection, kind, name)
) STRICT;
CREATE INDEX IF NOT EXISTS definitions_by_revision ON definitions (revision);
CREATE TABLE IF NOT EXISTS definition_texts (
  connection TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, bytes INTEGER NOT NULL,
  text TEXT NOT NULL, PRIMARY KEY (connection, kind, name, hash)
) STRICT;
`;

/** Opened at the first use, and anew after a fault; each method rejects with what SQLite says. */
export function openDefinitionsDb(options: DefinitionsDbOptions): DefinitionStore {
  const store = new SqliteDefinitions(options);
  return {
    after: async (revision) => store.after(revision),
    note: async (sighting) => store.note(sighting),
    accept: async (acceptances, by) => store.accept(acceptances, by),
    texts: async (connection, key) => store.texts(connection, key),
    close: async () => store.shut(),
  };
}

class SqliteDefinitions {
  readonly #options: DefinitionsDbOptions;
  #database: DatabaseSync | undefined;

  constructor(options: DefinitionsDbOptions) {
    this.#options = options;
  }

  after(revision: number): readonly Definition[] {
    return this.#read((database) =>
      database
        .prepare('SELECT * FROM definitions WHERE revision > ? ORDER BY revision')
        .all(revision)
        .map(definitionOf),
    );
  }

  texts(connection: string, { kind, name }: DefinitionKey): readonly DefinitionText[] {
    return this.#read((database) =>
      database
        .prepare('SELECT hash, text FROM definition_texts WHERE connection = ? AND kind = ? AND name = ?')
        .all(connection, kind, name)
        .map(textOf),
    );
  }

  note({ connection, found, atMs }: Sighting): readonly Definition[] {
    return this.#write((database) => {
      const { definitionsPerConnection, definitionTextsBytes } = this.#options.limits;
      const held = database.prepare('SELECT count(*) AS held FROM definitions WHERE connection = ?').get(connection);
      const kept = database
        .prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM definition_texts WHERE connection = ?')
        .get(connection);
      let room = definitionsPerConnection - numberOf(held, 'held');
      let bytesLeft = definitionTextsBytes - numberOf(kept, 'bytes');
      const touched = new Map<string, Definition>();
      for (const one of found) {
        const before = this.#get(database, connection, one);
        if (before === undefined && room <= 0) continue;
        if (before === undefined) room -= 1;
        const versions = this.#with(before?.versions ?? [], one, atMs);
        const after =
          before !== undefined && versions === before.versions
            ? before
            : this.#put(database, { connection, kind: one.kind, name: one.name, versions });
        touched.set(`${one.kind}\n${one.name}`, after);
        if (after !== before) bytesLeft -= this.#keepText(database, connection, one, bytesLeft);
      }
      return [...touched.values()];
    });
  }

  accept(acceptances: readonly Acceptance[], by: AcceptedBy): readonly Definition[] {
    return this.#write((database) =>
      acceptances.flatMap(({ connection, kind, name, hash, isOnly }) => {
        const before = this.#get(database, connection, { kind, name });
        const version = before?.versions.find((one) => one.hash === hash);
        if (before === undefined || version === undefined) return [];
        const others = isOnly ? [] : before.versions.filter((one) => one !== version);
        return [this.#put(database, { connection, kind, name, versions: [...others, { ...version, accepted: by }] })];
      }),
    );
  }

  shut(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** The same list when it has nothing to add. */
  #with(versions: readonly DefinitionVersion[], one: FoundDefinition, atMs: number): readonly DefinitionVersion[] {
    if (versions.some(({ hash }) => hash === one.hash)) return versions;
    const isFull = versions.length >= this.#options.limits.definitionVersions;
    if (isFull && hasChanged({ versions })) return versions;
    const { hash, bytes, hidden, annotations, record } = one;
    const accepted = versions.length === 0 ? ('first_use' as const) : undefined;
    // Something has to go, and a change must never be what does not fit.
    const kept = isFull ? versions.slice(1) : versions;
    return [...kept, { hash, accepted, seenMs: atMs, record, hidden, bytes, annotations }];
  }

  #get(database: DatabaseSync, connection: string, { kind, name }: DefinitionKey): Definition | undefined {
    const row = database
      .prepare('SELECT * FROM definitions WHERE connection = ? AND kind = ? AND name = ?')
      .get(connection, kind, name);
    return row === undefined ? undefined : definitionOf(row);
  }

  #put(database: DatabaseSync, definition: Omit<Definition, 'revision'>): Definition {
    const { connection, kind, name, versions } = definition;
    const row = database
      .prepare(
        `INSERT INTO definitions VALUES (?, ?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM definitions), ?)
         ON CONFLICT DO UPDATE SET revision = excluded.revision, versions = excluded.versions RETURNING revision`,
      )
      .get(connection, kind, name, JSON.stringify(versions));
    const hashes = JSON.stringify(versions.map(({ hash }) => hash));
    database
      .prepare(
        `DELETE FROM definition_texts WHERE connection = ? AND kind = ? AND name = ?
         AND hash NOT IN (SELECT value FROM json_each(?))`,
      )
      .run(connection, kind, name, hashes);
    return { ...definition, revision: numberOf(row, 'revision') };
  }

  /** Gives the bytes it takes. */
  #keepText(database: DatabaseSync, connection: string, one: FoundDefinition, bytesLeft: number): number {
    if (one.text === undefined) return 0;
    const bytes = Buffer.byteLength(one.text);
    if (bytes > bytesLeft) return 0;
    database
      .prepare('INSERT INTO definition_texts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(connection, one.kind, one.name, one.hash, bytes, one.text);
    return bytes;
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
    return this.#read((database) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = run(database);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #current(): DatabaseSync {
    if (this.#database !== undefined) return this.#database;
    const { path, limits, isReadOnly = false } = this.#options;
    const database = new DatabaseSync(path, { timeout: limits.stateLockMs, readOnly: isReadOnly });
    try {
      database.exec('PRAGMA trusted_schema = OFF;');
      if (!isReadOnly) database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }
}
