/**
 * The files of one shard's search index and how each is opened. Everything here can be lost: the ledger has it all.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Month } from '#events/month.ts';

export const indexDirectory = (dataDirectory: string, shard: string): string => join(dataDirectory, 'index', shard);
export const metaPath = (directory: string): string => join(directory, 'meta.db');
export const monthPath = (directory: string, month: Month): string => join(directory, `events-${month}.db`);
/** Held by whoever writes the index: a gateway's index worker, or `ledger reindex`. */
export const writerLockPath = (directory: string): string => join(directory, 'writer.lock');

/** Opens for writing, created with `schema` when it is new. Readable only by the user that runs the gateway: it holds masked text in clear. */
export function openWritable(path: string, schema: string, schemaTable: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    // NORMAL: no sync at each commit. A power cut may take the last batches, which index-store.ts notices and reads again.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;' +
        'PRAGMA journal_size_limit = 33554432; PRAGMA temp_store = MEMORY',
    );
    const table = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(schemaTable);
    if (table === undefined) database.exec(`BEGIN; ${schema}; COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Undefined when the file does not exist (yet, or any more: an index may be dropped while it is read). */
export function openReadOnly(path: string): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  database.exec('PRAGMA cache_size = -16000; PRAGMA query_only = ON');
  return database;
}

/** How long a reader or writer waits for the other at the rare moments when SQLite's WAL lets them meet. */
const BUSY_MS = 2_000;

export function makeIndexDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Removes the whole index of a shard, and nothing else that may lie in its directory. */
export function dropIndexFiles(directory: string): void {
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (/^(?:meta|events-\d{4}-\d{2})\.db(?:-wal|-shm|-journal)?$/.test(name))
      rmSync(join(directory, name), { force: true });
  }
}

/** SQLite result codes that say "this file is no good" rather than "not now": only these are answered by rebuilding. */
export function saysDamaged(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primary = error.errcode & 0xff;
  return primary === SQLITE_ERROR || primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
}
/** A missing table or column. */
const SQLITE_ERROR = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
