/**
 * The table of `state.db` with the API keys of service accounts (src/accounts): digests and what each key is for. Reading is a
 * look at an index on the calling thread; writing waits for the disk and is for api-keys.worker.ts. At most two live keys of
 * an account, held by the transaction that makes one.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ApiKey, ApiKeyOutcome, ApiKeyWrite, EndedKeys, ReservedKey } from '#accounts/api-key.ts';
import type { Limits } from '#limits.ts';
import { openStateFile } from '#store/state-file.ts';

export type ApiKeyTableLimits = Pick<
  Limits,
  'apiKeysPerAccount' | 'apiKeysEnded' | 'apiKeyReservedMs' | 'apiKeyWritesWaiting' | 'apiKeyWriteMs' | 'stateLockMs'
>;

export type ApiKeyTable = {
  version(): number;
  find(digest: Uint8Array): ApiKey | undefined;
  byId(id: string): ApiKey | undefined;
  all(): readonly ApiKey[];
  /** All of them in one transaction, durable when it returns. Throws when nothing was written. */
  write(writes: readonly ApiKeyWrite[]): readonly ApiKeyOutcome[];
  close(): void;
};

/** `record` is empty while a key is only reserved. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS api_keys (
  digest BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, connections TEXT NOT NULL, level TEXT,
  networks TEXT, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, ended_ms INTEGER, by_issuer TEXT NOT NULL,
  by_subject TEXT NOT NULL, record TEXT NOT NULL, used_on TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS api_keys_of ON api_keys (account, created_ms);
`;

type Statements = {
  /** Counts the openings: another connection's versions begin anew. */
  readonly opening: number;
  readonly version: StatementSync;
  readonly find: StatementSync;
  readonly byId: StatementSync;
  readonly all: StatementSync;
};

/** Versions of one opening; SQLite counts commits, so none has as many. */
const VERSIONS = 2 ** 32;

type Row = Record<string, SQLOutputValue>;

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error('an API key is damaged');
  return value;
}

function numberOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new Error('an API key is damaged');
  return value;
}

function textsOf(row: Row, column: string): readonly string[] {
  const value: unknown = JSON.parse(textOf(row, column));
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string'))
    throw new Error('an API key is damaged');
  return value;
}

const keyOf = (row: Row): ApiKey => ({
  id: textOf(row, 'id'),
  account: textOf(row, 'account'),
  connections: textsOf(row, 'connections'),
  level: row['level'] === null ? undefined : textOf(row, 'level'),
  networks: row['networks'] === null ? undefined : textsOf(row, 'networks'),
  createdAtMs: numberOf(row, 'created_ms'),
  expiresAtMs: numberOf(row, 'expires_ms'),
  endedAtMs: row['ended_ms'] === null ? undefined : numberOf(row, 'ended_ms'),
  createdBy: { issuer: textOf(row, 'by_issuer'), subject: textOf(row, 'by_subject') },
  record: textOf(row, 'record'),
  usedOn: row['used_on'] === null ? undefined : textOf(row, 'used_on'),
});

/** Throws when the file is missing or cannot be written. */
export function openApiKeyTable(path: string, limits: ApiKeyTableLimits): ApiKeyTable {
  let openings = 0;
  const file = openStateFile<Statements>({
    path,
    schema: SCHEMA,
    prepare: (database) => ({
      opening: (openings += 1),
      version: database.prepare('PRAGMA data_version'),
      find: database.prepare(`SELECT * FROM api_keys WHERE digest = ? AND record <> ''`),
      byId: database.prepare(`SELECT * FROM api_keys WHERE id = ? AND record <> ''`),
      all: database.prepare(`SELECT * FROM api_keys WHERE record <> '' ORDER BY created_ms DESC, id`),
    }),
    limits,
  });
  const one = (row: Row | undefined): ApiKey | undefined => (row === undefined ? undefined : keyOf(row));
  return {
    version: () => file.using(({ opening, version }) => opening * VERSIONS + numberOf(version.get(), 'data_version')),
    find: (digest) => one(file.using(({ find }) => find.get(digest))),
    byId: (id) => one(file.using(({ byId }) => byId.get(id))),
    all: () => file.using(({ all }) => all.all()).map(keyOf),
    write: (writes) => file.writing((_, database) => writes.map((write) => act(database, write, limits))),
    close: () => file.close(),
  };
}

function act(database: DatabaseSync, write: ApiKeyWrite, limits: ApiKeyTableLimits): ApiKeyOutcome {
  const run = (sql: string, ...values: readonly (string | number)[]): ApiKeyOutcome =>
    database.prepare(sql).run(...values).changes === 0 ? 'none' : 'done';
  switch (write.act) {
    case 'reserve':
      return reserve(database, write.key, limits);
    case 'activate':
      return run(`UPDATE api_keys SET record = ? WHERE id = ? AND record = ''`, write.record, write.id);
    case 'withdraw':
      return run(`DELETE FROM api_keys WHERE id = ? AND record = ''`, write.id);
    case 'end':
      return run('UPDATE api_keys SET ended_ms = ? WHERE id = ? AND ended_ms IS NULL', write.atMs, write.id);
    case 'end_of':
      return endOf(database, write.ended, write.atMs);
    case 'use': {
      // It never goes back, by whatever process it is written.
      const use = database.prepare(`UPDATE api_keys SET used_on = max(coalesce(used_on, ''), ?) WHERE id = ?`);
      for (const id of write.ids) use.run(write.day, id);
      return 'done';
    }
    default:
      throw new Error('no such act');
  }
}

function reserve(database: DatabaseSync, key: ReservedKey, limits: ApiKeyTableLimits): ApiKeyOutcome {
  const { digest, id, account, connections, level, networks, createdAtMs, expiresAtMs, createdBy } = key;
  database
    .prepare(`DELETE FROM api_keys WHERE account = ? AND record = '' AND created_ms <= ?`)
    .run(account, createdAtMs - limits.apiKeyReservedMs);
  const live = database
    .prepare('SELECT count(*) AS count FROM api_keys WHERE account = ? AND ended_ms IS NULL AND expires_ms > ?')
    .get(account, createdAtMs);
  if (numberOf(live, 'count') >= limits.apiKeysPerAccount) return 'too_many';
  database
    .prepare(
      `DELETE FROM api_keys WHERE digest IN (SELECT digest FROM api_keys WHERE account = ?
       AND (ended_ms IS NOT NULL OR expires_ms <= ?) ORDER BY created_ms DESC LIMIT -1 OFFSET ?)`,
    )
    .run(account, createdAtMs, limits.apiKeysEnded);
  // No upsert: a digest or id that is there already is a bug, never a key to write over.
  database
    .prepare(`INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, '', NULL)`)
    .run(
      digest,
      id,
      account,
      JSON.stringify(connections),
      level ?? null,
      networks === undefined ? null : JSON.stringify(networks),
      createdAtMs,
      expiresAtMs,
      createdBy.issuer,
      createdBy.subject,
    );
  return 'done';
}

/** Reserved ones too: whoever made one is told that it is over when it is to begin. */
function endOf(database: DatabaseSync, { of, madeUpToMs }: EndedKeys, atMs: number): ApiKeyOutcome {
  const account = of === 'all' ? null : of.account;
  const ended = database
    .prepare(
      'UPDATE api_keys SET ended_ms = ? WHERE ended_ms IS NULL AND created_ms <= ? AND (? IS NULL OR account = ?)',
    )
    .run(atMs, madeUpToMs, account, account);
  return ended.changes === 0 ? 'none' : 'done';
}
