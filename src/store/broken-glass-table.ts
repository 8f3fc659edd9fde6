/** The table of `state.db` with who made themselves an admin by breaking the glass. Written on the calling thread: it happens once in a year. */
import type { SQLOutputValue } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { BrokenGlass, BrokenGlassStore } from '#policy/break-glass.ts';
import { openStateFile } from '#store/state-file.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS broken_glass (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, began_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
  reason TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
`;

function glassOf(row: Readonly<Record<string, SQLOutputValue>>): BrokenGlass {
  const { issuer, subject, began_ms: beganAtMs, ends_ms: endsAtMs, reason, record } = row;
  if (
    typeof issuer !== 'string' ||
    typeof subject !== 'string' ||
    typeof beganAtMs !== 'number' ||
    typeof endsAtMs !== 'number' ||
    typeof reason !== 'string' ||
    typeof record !== 'string'
  )
    throw new Error('a row of broken glass is damaged');
  return { issuer, subject, beganAtMs, endsAtMs, reason, record };
}

const openFile = (path: string, limits: Pick<Limits, 'stateLockMs'>) =>
  openStateFile({
    path,
    schema: SCHEMA,
    limits,
    prepare: (database) => ({
      find: database.prepare('SELECT * FROM broken_glass WHERE issuer = ? AND subject = ?'),
      inForce: database.prepare('SELECT * FROM broken_glass WHERE ends_ms > ? ORDER BY began_ms DESC'),
    }),
  });

/** Opened with the first use: most gateways have none. */
export function openBrokenGlass(path: string, limits: Pick<Limits, 'stateLockMs'>): BrokenGlassStore {
  let opened: ReturnType<typeof openFile> | undefined;
  const file = (): ReturnType<typeof openFile> => (opened ??= openFile(path, limits));
  return {
    find({ issuer, subject }) {
      const row = file().using(({ find }) => find.get(issuer, subject));
      return row === undefined ? undefined : glassOf(row);
    },
    inForce: (nowMs) =>
      file()
        .using(({ inForce }) => inForce.all(nowMs))
        .map(glassOf),
    begin({ issuer, subject, beganAtMs, endsAtMs, reason, record }) {
      file().writing((_statements, database) => {
        database.prepare('DELETE FROM broken_glass WHERE ends_ms <= ?').run(beganAtMs);
        database
          .prepare('INSERT OR REPLACE INTO broken_glass VALUES (?, ?, ?, ?, ?, ?)')
          .run(issuer, subject, beganAtMs, endsAtMs, reason, record);
      });
    },
    end: ({ issuer, subject }) =>
      file().writing(
        (_statements, database) =>
          database.prepare('DELETE FROM broken_glass WHERE issuer = ? AND subject = ?').run(issuer, subject).changes >
          0,
      ),
    close: () => opened?.close(),
  };
}
