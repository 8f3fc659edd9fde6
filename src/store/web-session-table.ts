/**
 * The table of `state.db` with the browsers in which people are signed in (src/oauth/web-session.ts). Bounded per sign-in and
 * in all, least recently used out. Reading is a look at an index on the calling thread; writing waits for the disk and is
 * for web-sessions.worker.ts.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { WebSession, WebSessionWrite } from '#oauth/web-session.ts';
import { unreachable } from '#result.ts';
import { openStateFile } from '#store/state-file.ts';

export type WebSessionTableLimits = Pick<
  Limits,
  | 'webSessions'
  | 'webSessionsPerSignIn'
  | 'webSessionsDropped'
  | 'webSessionWritesWaiting'
  | 'webSessionWriteMs'
  | 'stateLockMs'
>;

export type WebSessionTable = {
  find(digest: Uint8Array): WebSession | undefined;
  of(signIns: readonly string[]): readonly WebSession[];
  /** All of them in one transaction, durable when it returns. Throws when nothing was written. */
  write(writes: readonly WebSessionWrite[]): void;
  close(): void;
};

const SCHEMA = `
CREATE TABLE IF NOT EXISTS web_sessions (
  digest BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, sign_in TEXT NOT NULL, began_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL, fresh_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, network TEXT NOT NULL, browser TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS web_sessions_of ON web_sessions (sign_in, began_ms);
CREATE INDEX IF NOT EXISTS web_sessions_by_use ON web_sessions (used_ms);
CREATE INDEX IF NOT EXISTS web_sessions_by_end ON web_sessions (ends_ms);
`;

type Row = Record<string, SQLOutputValue>;

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error('a web session is damaged');
  return value;
}

function numberOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new Error('a web session is damaged');
  return value;
}

function sessionOf(row: Row): WebSession {
  const digest = row['digest'];
  if (!(digest instanceof Uint8Array)) throw new Error('a web session is damaged');
  return {
    digest,
    id: textOf(row, 'id'),
    signIn: textOf(row, 'sign_in'),
    beganAtMs: numberOf(row, 'began_ms'),
    usedAtMs: numberOf(row, 'used_ms'),
    freshAtMs: numberOf(row, 'fresh_ms'),
    endsAtMs: numberOf(row, 'ends_ms'),
    network: textOf(row, 'network'),
    browser: textOf(row, 'browser'),
  };
}

/** Throws when the file is missing or cannot be written. */
export function openWebSessionTable(path: string, limits: WebSessionTableLimits): WebSessionTable {
  const file = openStateFile({
    path,
    schema: SCHEMA,
    limits,
    prepare: (database) => ({
      find: database.prepare('SELECT * FROM web_sessions WHERE digest = ?'),
      of: database.prepare('SELECT * FROM web_sessions WHERE sign_in = ? ORDER BY began_ms DESC'),
    }),
  });
  return {
    find(digest) {
      const row = file.using(({ find }) => find.get(digest));
      return row === undefined ? undefined : sessionOf(row);
    },
    of: (signIns) =>
      file
        .using(({ of }) => signIns.flatMap((signIn) => of.all(signIn)))
        .map(sessionOf)
        .toSorted((a, b) => b.beganAtMs - a.beganAtMs),
    write: (writes) =>
      file.writing((_statements, database) => {
        for (const write of writes) act(database, write, limits);
      }),
    close: () => file.close(),
  };
}

type Begin = Extract<WebSessionWrite, { readonly act: 'begin' }>;

function act(database: DatabaseSync, write: WebSessionWrite, limits: WebSessionTableLimits): void {
  switch (write.act) {
    case 'begin':
      return begin(database, write, limits);
    case 'use':
      // It never goes back, and what ended meanwhile stays ended.
      database
        .prepare('UPDATE web_sessions SET used_ms = max(used_ms, ?) WHERE digest = ?')
        .run(write.atMs, write.digest);
      return undefined;
    case 'end': {
      const end = database.prepare('DELETE FROM web_sessions WHERE id = ?');
      for (const id of write.ids) end.run(id);
      return undefined;
    }
    case 'end_of': {
      const end = database.prepare('DELETE FROM web_sessions WHERE sign_in = ?');
      for (const signIn of write.signIns) end.run(signIn);
      return undefined;
    }
    default:
      return unreachable(write);
  }
}

function begin(database: DatabaseSync, { session, replaces }: Begin, limits: WebSessionTableLimits): void {
  const { digest, id, signIn, beganAtMs, usedAtMs, freshAtMs, endsAtMs, network, browser } = session;
  drop(database, 'ends_ms <= ?', beganAtMs, limits.webSessionsDropped, limits);
  if (replaces !== undefined) database.prepare('DELETE FROM web_sessions WHERE digest = ?').run(replaces);
  // No upsert: a digest or id that is there already is a bug or an attack, never a session to go on with.
  database
    .prepare('INSERT INTO web_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(digest, id, signIn, beganAtMs, usedAtMs, freshAtMs, endsAtMs, network, browser);
  const own = database.prepare('SELECT count(*) AS count FROM web_sessions WHERE sign_in = ?').get(signIn);
  drop(database, 'sign_in = ?', signIn, numberOf(own, 'count') - limits.webSessionsPerSignIn, limits);
  const all = database.prepare('SELECT count(*) AS count FROM web_sessions').get();
  drop(database, 'used_ms <= ?', beganAtMs, numberOf(all, 'count') - limits.webSessions, limits);
}

/** The least recently used of those meant, so many. */
function drop(
  database: DatabaseSync,
  meant: 'ends_ms <= ?' | 'sign_in = ?' | 'used_ms <= ?',
  value: number | string,
  count: number,
  limits: Pick<WebSessionTableLimits, 'webSessionsDropped'>,
): void {
  if (count <= 0) return;
  database
    .prepare(
      `DELETE FROM web_sessions WHERE digest IN (SELECT digest FROM web_sessions WHERE ${meant} ORDER BY used_ms LIMIT ?)`,
    )
    .run(value, Math.min(count, limits.webSessionsDropped));
}
