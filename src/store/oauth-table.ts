/**
 * The tables of `state.db` behind the authorization server (src/oauth/oauth-rows.ts). Reading is a look at an index on the
 * calling thread; writing waits for the disk and is for oauth.worker.ts. Each act is one step of a transaction, so that of
 * two processes that want the same thing exactly one gets it.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';
import type { OAuthOutcome, OAuthRow, OAuthRows, OAuthWrite } from '#oauth/oauth-rows.ts';
import { oauthRowOf, signInRowOf, tokenRowOf } from '#store/oauth-row.ts';
import { ANSWERS, exchange, EXCHANGE_SCHEMA, isUnanswered } from '#store/refresh-exchange.ts';
import type { Exchange } from '#store/refresh-exchange.ts';
import { beginSignIn, changeSignIn, claimCheck, endSignIn, signInHolds } from '#store/sign-in-table.ts';
import { openStateFile } from '#store/state-file.ts';

export type OAuthTableLimits = Pick<
  Limits,
  | 'stateLockMs'
  | 'oauthRows'
  | 'oauthRowsPerSignIn'
  | 'oauthRowsPerGrant'
  | 'oauthRowsPerSource'
  | 'oauthRowsDropped'
  | 'oauthWritesWaiting'
  | 'oauthWriteMs'
  | 'refreshTwinMs'
  | 'refreshTwins'
  | 'signIns'
  | 'signInsPerPerson'
>;

export type OAuthTable = Omit<OAuthRows, 'write' | 'close'> & {
  /** All of them in one transaction, durable when it returns. Throws when nothing was written. */
  write(writes: readonly OAuthWrite[]): readonly OAuthOutcome[];
  close(): void;
};

const SCHEMA = `${EXCHANGE_SCHEMA}
CREATE TABLE IF NOT EXISTS oauth_rows (
  digest BLOB PRIMARY KEY, model TEXT NOT NULL, grant_digest BLOB, sign_in TEXT, alias BLOB, after BLOB, source BLOB,
  sealed BLOB NOT NULL, made_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, consumed_ms INTEGER, seen_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oauth_rows_of_grant ON oauth_rows (grant_digest) WHERE grant_digest IS NOT NULL;
CREATE INDEX IF NOT EXISTS oauth_rows_of_sign_in ON oauth_rows (sign_in, made_ms) WHERE sign_in IS NOT NULL;
CREATE INDEX IF NOT EXISTS oauth_rows_of_source ON oauth_rows (source, made_ms) WHERE source IS NOT NULL;
CREATE INDEX IF NOT EXISTS oauth_rows_by_alias ON oauth_rows (alias) WHERE alias IS NOT NULL;
CREATE INDEX IF NOT EXISTS oauth_rows_after ON oauth_rows (after) WHERE after IS NOT NULL;
CREATE INDEX IF NOT EXISTS oauth_rows_by_end ON oauth_rows (expires_ms);
CREATE INDEX IF NOT EXISTS oauth_rows_by_making ON oauth_rows (made_ms);
CREATE INDEX IF NOT EXISTS oauth_rows_of_strangers ON oauth_rows (made_ms) WHERE source IS NOT NULL;
CREATE TABLE IF NOT EXISTS sign_ins (
  id TEXT PRIMARY KEY, person BLOB NOT NULL, sealed BLOB NOT NULL, signed_in_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, checked_ms INTEGER NOT NULL, ended_ms INTEGER, checking_ms INTEGER, version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sign_ins_of ON sign_ins (person, signed_in_ms);
CREATE INDEX IF NOT EXISTS sign_ins_by_end ON sign_ins (expires_ms);
CREATE TABLE IF NOT EXISTS oauth_counts (
  id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, rows INTEGER NOT NULL, sign_ins INTEGER NOT NULL
) STRICT;
INSERT INTO oauth_counts SELECT 1, 0, (SELECT count(*) FROM oauth_rows), (SELECT count(*) FROM sign_ins)
  WHERE true ON CONFLICT DO NOTHING;
CREATE TRIGGER IF NOT EXISTS oauth_row_came AFTER INSERT ON oauth_rows BEGIN UPDATE oauth_counts SET rows = rows + 1; END;
CREATE TRIGGER IF NOT EXISTS oauth_row_went AFTER DELETE ON oauth_rows BEGIN
  UPDATE oauth_counts SET rows = rows - 1,
    revision = revision + (OLD.model IN ('AccessToken', 'ClientCredentials', 'Grant')); END;
CREATE TRIGGER IF NOT EXISTS sign_in_came AFTER INSERT ON sign_ins BEGIN
  UPDATE oauth_counts SET sign_ins = sign_ins + 1; END;
CREATE TRIGGER IF NOT EXISTS sign_in_went AFTER DELETE ON sign_ins BEGIN
  UPDATE oauth_counts SET sign_ins = sign_ins - 1, revision = revision + 1; END;
CREATE TRIGGER IF NOT EXISTS sign_in_changed AFTER UPDATE OF sealed, ended_ms, expires_ms ON sign_ins BEGIN
  UPDATE oauth_counts SET revision = revision + 1; END;
`;

/** With its grant and its sign-in, in one look. */
const TOKEN = `
SELECT t.sealed, t.expires_ms, t.grant_digest, t.sign_in, g.digest AS granted, s.id AS s_id, s.person AS s_person,
  s.sealed AS s_sealed, s.signed_in_ms AS s_signed_in_ms, s.expires_ms AS s_expires_ms, s.checked_ms AS s_checked_ms,
  s.ended_ms AS s_ended_ms, s.version AS s_version, CASE WHEN r.seen_ms IS NULL AND r.after IS NOT NULL THEN r.digest END AS unseen
FROM oauth_rows t LEFT JOIN oauth_rows g ON g.digest = t.grant_digest AND g.model = 'Grant'
  LEFT JOIN sign_ins s ON s.id = t.sign_in LEFT JOIN oauth_rows r ON r.digest = t.after
WHERE t.digest = ? AND t.model IN ('AccessToken', 'ClientCredentials')`;

function statementsOf(database: DatabaseSync) {
  return {
    find: database.prepare('SELECT * FROM oauth_rows WHERE digest = ?'),
    findByAlias: database.prepare('SELECT * FROM oauth_rows WHERE alias = ?'),
    token: database.prepare(TOKEN),
    grantsOf: database.prepare("SELECT * FROM oauth_rows WHERE sign_in = ? AND model = 'Grant' ORDER BY made_ms DESC"),
    grantNamed: database.prepare(
      "SELECT * FROM oauth_rows WHERE digest >= ? AND digest < ? AND model = 'Grant' LIMIT 1",
    ),
    answers: database.prepare(ANSWERS),
    signIn: database.prepare('SELECT * FROM sign_ins WHERE id = ?'),
    signInsOf: database.prepare('SELECT * FROM sign_ins WHERE person = ? ORDER BY signed_in_ms DESC'),
    dataVersion: database.prepare('PRAGMA data_version'),
    revision: database.prepare('SELECT revision FROM oauth_counts'),
  };
}
type Statements = ReturnType<typeof statementsOf>;

/** Throws when the file is missing or cannot be written. */
export function openOAuthTable(path: string, limits: OAuthTableLimits): OAuthTable {
  const file = openStateFile({ path, schema: SCHEMA, prepare: statementsOf, limits });
  let known:
    | { readonly statements: Statements; readonly version: SQLOutputValue; readonly revision: number }
    | undefined;
  return {
    find: (digest) => file.using(({ find }) => optional(find.get(digest), oauthRowOf)),
    findByAlias: (alias) => file.using(({ findByAlias }) => optional(findByAlias.get(alias), oauthRowOf)),
    token: (digest) => file.using(({ token }) => optional(token.get(digest), tokenRowOf)),
    isUnanswered: (digest) => file.using(({ answers }) => isUnanswered(answers.all(digest))),
    grantsOf: (signIn) => file.using(({ grantsOf }) => grantsOf.all(signIn)).map(oauthRowOf),
    grantNamed: (prefix) =>
      file.using(({ grantNamed }) => optional(grantNamed.get(prefix, afterAll(prefix)), oauthRowOf)),
    signIn: (id) => file.using(({ signIn }) => optional(signIn.get(id), signInRowOf)),
    signInsOf: (person) => file.using(({ signInsOf }) => signInsOf.all(person)).map((row) => signInRowOf(row)),
    revision: () =>
      file.using((statements) => {
        // Changed by commits of other connections only, and this one writes nothing that is read here.
        const version = statements.dataVersion.get()?.['data_version'] ?? null;
        if (known?.statements !== statements || known.version !== version)
          known = { statements, version, revision: Number(statements.revision.get()?.['revision']) };
        return known.revision;
      }),
    write: (writes) => file.writing((_statements, database) => writes.map((write) => act(database, write, limits))),
    close: file.close,
  };
}

const optional = <R, T>(row: R | undefined, read: (row: R) => T | undefined): T | undefined =>
  row === undefined ? undefined : read(row);

/** The least text of bytes that comes after everything with this beginning. */
function afterAll(prefix: Uint8Array): Uint8Array {
  const next = Buffer.from(prefix);
  for (let at = next.length - 1; at >= 0; at -= 1) {
    const byte = next[at] ?? 0;
    next[at] = (byte + 1) & 0xff;
    if (byte !== 0xff) return next;
  }
  return Buffer.concat([prefix, Buffer.alloc(32, 0xff)]);
}

function act(database: DatabaseSync, write: OAuthWrite, limits: OAuthTableLimits): OAuthOutcome {
  switch (write.act) {
    case 'put':
      return put(database, write.row, write.nowMs, limits);
    case 'consume':
      return consume(database, write.digest, write.nowMs);
    case 'rotate':
      return rotate(database, write, limits);
    case 'see':
      run(
        database,
        'UPDATE oauth_rows SET seen_ms = ? WHERE digest = ? AND seen_ms IS NULL',
        write.nowMs,
        write.digest,
      );
      return 'done';
    case 'remove':
      run(database, 'DELETE FROM oauth_rows WHERE digest = ?', write.digest);
      return 'done';
    case 'end_grant':
      run(database, 'DELETE FROM oauth_rows WHERE grant_digest = ?', write.grant);
      return 'done';
    case 'begin_sign_in':
      return beginSignIn(database, write.row, write.nowMs, limits);
    case 'change_sign_in':
      return changeSignIn(database, write.row);
    case 'end_sign_in':
      return endSignIn(database, write.id, write.nowMs);
    case 'claim_check':
      return claimCheck(database, write.id, write.nowMs, write.untilMs);
    default:
      return unreachable(write);
  }
}

type Value = string | number | Uint8Array | null;

const run = (database: DatabaseSync, sql: string, ...values: readonly Value[]): number =>
  Number(database.prepare(sql).run(...values).changes);

const count = (database: DatabaseSync, sql: string, ...values: readonly Value[]): number =>
  Number(database.prepare(sql).get(...values)?.['count']);

function put(database: DatabaseSync, row: OAuthRow, nowMs: number, limits: OAuthTableLimits): OAuthOutcome {
  drop(database, 'expires_ms <= ?', 'expires_ms', limits.oauthRowsDropped, nowMs);
  if (!hangsOnSomething(database, row, nowMs)) return 'gone';
  const { digest, model, grant, signIn, alias, after, source, sealed, madeMs, expiresMs } = row;
  // What may be shown once was shown already: of two that come at once, one is told so.
  if (model === 'ReplayDetection' && isFound(database, 'digest = ? AND consumed_ms IS NULL', digest)) return 'used';
  run(
    database,
    `INSERT INTO oauth_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT (digest) DO UPDATE SET
       grant_digest = excluded.grant_digest, sign_in = excluded.sign_in, alias = excluded.alias,
       sealed = excluded.sealed, expires_ms = excluded.expires_ms`,
    digest,
    model,
    grant ?? null,
    signIn ?? null,
    alias ?? null,
    after ?? null,
    source ?? null,
    sealed,
    madeMs,
    expiresMs,
  );
  keepBounds(database, row, nowMs, limits);
  return 'done';
}

/** Nothing is given for what ended a moment ago. */
function hangsOnSomething(database: DatabaseSync, { model, grant, signIn, after }: OAuthRow, nowMs: number): boolean {
  if (signIn !== undefined && !signInHolds(database, signIn, nowMs)) return false;
  if (after !== undefined && model === 'AccessToken' && !isFound(database, 'digest = ? AND consumed_ms IS NULL', after))
    return false;
  return grant === undefined || model === 'Grant' || isFound(database, "digest = ? AND model = 'Grant'", grant);
}

const isFound = (
  database: DatabaseSync,
  which: 'digest = ? AND consumed_ms IS NULL' | "digest = ? AND model = 'Grant'",
  digest: Uint8Array,
): boolean => count(database, `SELECT count(*) AS count FROM oauth_rows WHERE ${which}`, digest) > 0;

function consume(database: DatabaseSync, digest: Uint8Array, nowMs: number): OAuthOutcome {
  const sql = 'UPDATE oauth_rows SET consumed_ms = ? WHERE digest = ? AND consumed_ms IS NULL';
  return run(database, sql, nowMs, digest) === 1 ? 'done' : reused(database, digest);
}

function reused(database: DatabaseSync, digest: Uint8Array): OAuthOutcome {
  const grant = database.prepare('SELECT grant_digest FROM oauth_rows WHERE digest = ?').get(digest)?.['grant_digest'];
  if (grant instanceof Uint8Array) run(database, 'DELETE FROM oauth_rows WHERE grant_digest = ?', grant);
  return 'used';
}

function rotate(database: DatabaseSync, asked: Exchange, limits: OAuthTableLimits): OAuthOutcome {
  const outcome = exchange(database, asked, limits);
  if (outcome === 'ready') return put(database, asked.row, asked.nowMs, limits);
  return outcome === 'used' && asked.row.after !== undefined ? reused(database, asked.row.after) : outcome;
}

/** What was used up first, what everything else hangs on last. */
const USED_FIRST = "model = 'Grant', consumed_ms IS NULL, made_ms";

/** Those who ask for most pay first: a program, a stranger's address, a person, then all strangers, then whoever is oldest. */
function keepBounds(
  database: DatabaseSync,
  { grant, signIn, source }: OAuthRow,
  nowMs: number,
  limits: OAuthTableLimits,
): void {
  if (grant !== undefined) {
    const own = count(database, 'SELECT count(*) AS count FROM oauth_rows WHERE grant_digest = ?', grant);
    drop(database, 'grant_digest = ?', USED_FIRST, own - limits.oauthRowsPerGrant, grant, limits);
  }
  if (signIn !== undefined) {
    const own = count(database, 'SELECT count(*) AS count FROM oauth_rows WHERE sign_in = ?', signIn);
    drop(database, 'sign_in = ?', USED_FIRST, own - limits.oauthRowsPerSignIn, signIn, limits);
  }
  if (source !== undefined) {
    const own = count(database, 'SELECT count(*) AS count FROM oauth_rows WHERE source = ?', source);
    drop(database, 'source = ?', 'made_ms', own - limits.oauthRowsPerSource, source, limits);
  }
  const over = (): number => count(database, 'SELECT rows AS count FROM oauth_counts') - limits.oauthRows;
  // What a stranger made is always younger than what people were given long ago, and goes first all the same.
  drop(database, 'source IS NOT NULL AND made_ms <= ?', 'made_ms', over(), nowMs, limits);
  drop(database, 'made_ms <= ?', 'made_ms', over(), nowMs, limits);
}

/** The first so many that are meant, in this order. */
function drop(
  database: DatabaseSync,
  which:
    | 'expires_ms <= ?'
    | 'grant_digest = ?'
    | 'sign_in = ?'
    | 'source = ?'
    | 'source IS NOT NULL AND made_ms <= ?'
    | 'made_ms <= ?',
  order: 'expires_ms' | 'made_ms' | typeof USED_FIRST,
  most: number,
  value: Value,
  limits?: OAuthTableLimits,
): void {
  if (most <= 0) return;
  run(
    database,
    `DELETE FROM oauth_rows WHERE digest IN (SELECT digest FROM oauth_rows WHERE ${which} ORDER BY ${order} LIMIT ?)`,
    value,
    limits === undefined ? most : Math.min(most, limits.oauthRowsDropped),
  );
}
