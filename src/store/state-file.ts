/**
 * `state.db` as one table sees it: opened with the first use, opened anew after a fault or when another file took its name,
 * written in one synced transaction at a time. Knows nothing of what lies in it.
 */
import { lstatSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Limits } from '#limits.ts';

export type StateFile<Statements> = {
  /** After a fault the next use opens it anew, which is how a passing one ends. Throws as SQLite does. */
  readonly using: <T>(use: (statements: Statements, database: DatabaseSync) => T) => T;
  /** All or nothing, on stable storage when it returns. */
  readonly writing: <T>(write: (statements: Statements, database: DatabaseSync) => T) => T;
  /** From here on every use throws. */
  readonly close: () => void;
};

export type StateFileOptions<Statements> = {
  readonly path: string;
  /** Made when it is not there; `CREATE … IF NOT EXISTS`. */
  readonly schema: string;
  readonly prepare: (database: DatabaseSync) => Statements;
  readonly limits: Pick<Limits, 'stateLockMs'>;
};

/** Another file under the same name is another table. */
function nameOf(path: string): string {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev} ${ino}`;
}

type Open<Statements> = {
  readonly file: string;
  readonly database: DatabaseSync;
  readonly statements: Statements;
};

function open<Statements>(options: StateFileOptions<Statements>, file: string): Open<Statements> {
  const database = new DatabaseSync(options.path, { timeout: options.limits.stateLockMs });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
    database.exec(`BEGIN IMMEDIATE; ${options.schema} COMMIT;`);
    return { file, database, statements: options.prepare(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Throws when the file is missing or cannot be written. */
export function openStateFile<Statements>(options: StateFileOptions<Statements>): StateFile<Statements> {
  let current: Open<Statements> | undefined;
  let isClosed = false;
  const shut = (): void => {
    if (current?.database.isOpen === true) current.database.close();
    current = undefined;
  };
  const using: StateFile<Statements>['using'] = (use) => {
    if (isClosed) throw new Error('closed');
    try {
      const file = nameOf(options.path);
      if (current?.file !== file) shut();
      current ??= open(options, file);
      return use(current.statements, current.database);
    } catch (error) {
      shut();
      throw error;
    }
  };
  using(() => undefined);
  return {
    using,
    writing: (write) =>
      using((statements, database) => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = write(statements, database);
          database.exec('COMMIT');
          return result;
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      }),
    close() {
      isClosed = true;
      shut();
    },
  };
}
