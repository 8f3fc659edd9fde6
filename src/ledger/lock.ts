/**
 * One writer per shard: an SQLite file held in an exclusive transaction. The OS drops the lock with the
 * process, however it ends, so there is no stale lock file to explain to anybody.
 */
import { DatabaseSync } from 'node:sqlite';

/** Holds `path` until released or the process ends; undefined when another connection holds it. Other errors are thrown. */
export function tryLock(path: string): { release(): void } | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /database is locked/.test(error.message)) return undefined;
    throw error;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
