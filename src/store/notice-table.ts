/**
 * The table of `state.db` that says which notifier was told of which approval. What waits to be told is read off the approvals
 * themselves, so nothing is lost with a process. Reading is a look at an index on the calling thread; writing waits for the
 * disk and is for notices.worker.ts.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import { NOTICE_STATES } from '#notify/notice.ts';
import type { Notice, NoticeState } from '#notify/notice.ts';
import { openStateFile } from '#store/state-file.ts';

export type NoticeTableLimits = Pick<Limits, 'stateLockMs' | 'approvalKeptMs' | 'approvalsDropped'>;

/** `ref` sealed. */
export type NoticeRow = Omit<Notice, 'ref'> & { readonly ref: Uint8Array | undefined };

/** `version` of the row: as it was read, 0 for none. */
export type NoticeWrite = { readonly row: NoticeRow };

export type NoticeTable = {
  find(notifier: string, approval: string): NoticeRow | undefined;
  of(approval: string): readonly NoticeRow[];
  due(notifier: string, nowMs: number, limit: number): readonly string[];
  missed(notifier: string, limit: number): readonly string[];
  dead(notifier: string, limit: number): readonly string[];
  waiting(): number;
  /** All of them in one transaction, durable when it returns: whether each was still as it was read. Throws when nothing was written. */
  write(writes: readonly NoticeWrite[]): readonly boolean[];
  close(): void;
};

/** After the table of approvals, which is looked at beside it. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS approval_notices (
  notifier TEXT NOT NULL, approval TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, told TEXT,
  revision INTEGER NOT NULL, is_over INTEGER NOT NULL, attempts INTEGER NOT NULL, due_ms INTEGER, error TEXT, ref BLOB,
  asked_ms INTEGER NOT NULL, PRIMARY KEY (notifier, approval)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS approval_notices_of ON approval_notices (approval);
CREATE INDEX IF NOT EXISTS approval_notices_due ON approval_notices (notifier, due_ms) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS approval_notices_open ON approval_notices (notifier, state) WHERE is_over = 0;
CREATE INDEX IF NOT EXISTS approval_notices_by_age ON approval_notices (asked_ms);
`;

type Row = Record<string, SQLOutputValue>;

const textOrNone = (value: SQLOutputValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function rowOf(row: Row): NoticeRow {
  const { notifier, approval, version, revision, attempts, due_ms: dueMs, ref, asked_ms: askedMs } = row;
  const state: NoticeState | undefined = NOTICE_STATES.find((one) => one === row['state']);
  const isWhole =
    typeof notifier === 'string' &&
    typeof approval === 'string' &&
    typeof version === 'number' &&
    typeof revision === 'number' &&
    typeof attempts === 'number' &&
    typeof askedMs === 'number' &&
    state !== undefined;
  if (!isWhole) throw new Error('a notice is damaged');
  return {
    notifier,
    approval,
    version,
    state,
    told: textOrNone(row['told']),
    revision,
    isOver: row['is_over'] === 1,
    attempts,
    dueMs: typeof dueMs === 'number' ? dueMs : undefined,
    error: textOrNone(row['error']),
    ref: ref instanceof Uint8Array ? ref : undefined,
    askedMs,
  };
}

type Statements = Readonly<Record<'find' | 'of' | 'due' | 'missed' | 'dead' | 'waiting', StatementSync>>;

const prepare = (database: DatabaseSync): Statements => ({
  find: database.prepare('SELECT * FROM approval_notices WHERE notifier = ? AND approval = ?'),
  of: database.prepare('SELECT * FROM approval_notices WHERE approval = ? ORDER BY notifier'),
  due: database.prepare(
    "SELECT approval FROM approval_notices WHERE notifier = ? AND state = 'waiting' AND due_ms <= ? ORDER BY due_ms LIMIT ?",
  ),
  missed: database.prepare(
    `SELECT approvals.id AS approval FROM approvals WHERE state = 'pending' AND NOT EXISTS
       (SELECT 1 FROM approval_notices WHERE notifier = ?1 AND approval = approvals.id)
     UNION ALL
     SELECT approval FROM approval_notices JOIN approvals ON approvals.id = approval
       WHERE notifier = ?1 AND is_over = 0 AND approval_notices.state IN ('told', 'idle')
         AND approval_notices.revision < approvals.revision
     LIMIT ?2`,
  ),
  dead: database.prepare(
    `SELECT approval FROM approval_notices JOIN approvals ON approvals.id = approval
       WHERE notifier = ? AND approval_notices.state = 'dead' AND is_over = 0 AND approvals.state = 'pending' LIMIT ?`,
  ),
  waiting: database.prepare("SELECT count(*) AS count FROM approval_notices WHERE state = 'waiting'"),
});

/** Throws when the file is missing or cannot be written, or has no approvals. */
export function openNoticeTable(path: string, limits: NoticeTableLimits): NoticeTable {
  const file = openStateFile<Statements>({ path, schema: SCHEMA, prepare, limits });
  const idsOf = (rows: readonly Row[]): readonly string[] =>
    rows.flatMap(({ approval }) => (typeof approval === 'string' ? [approval] : []));
  return {
    find(notifier, approval) {
      const row = file.using(({ find }) => find.get(notifier, approval));
      return row === undefined ? undefined : rowOf(row);
    },
    of: (approval) => file.using(({ of }) => of.all(approval)).map(rowOf),
    due: (notifier, nowMs, limit) => idsOf(file.using(({ due }) => due.all(notifier, nowMs, limit))),
    missed: (notifier, limit) => idsOf(file.using(({ missed }) => missed.all(notifier, limit))),
    dead: (notifier, limit) => idsOf(file.using(({ dead }) => dead.all(notifier, limit))),
    waiting: () => Number(file.using(({ waiting }) => waiting.get())?.['count']),
    write: (writes) => file.writing((_, database) => writes.map(({ row }) => put(database, row, limits))),
    close: file.close,
  };
}

/** Compare and set in one statement: of two processes, one gets it. */
function put(database: DatabaseSync, row: NoticeRow, limits: NoticeTableLimits): boolean {
  const { notifier, approval, version, state, told, revision, attempts, dueMs, error, ref, askedMs } = row;
  const isOver = row.isOver ? 1 : 0;
  const values = [state, told ?? null, revision, isOver, attempts, dueMs ?? null, error ?? null, ref ?? null] as const;
  if (version > 0)
    return (
      database
        .prepare(
          `UPDATE approval_notices SET version = version + 1, state = ?, told = ?, revision = ?, is_over = ?, attempts = ?,
             due_ms = ?, error = ?, ref = ? WHERE notifier = ? AND approval = ? AND version = ?`,
        )
        .run(...values, notifier, approval, version).changes === 1
    );
  // With the approvals they belong to, the oldest go.
  database
    .prepare(
      `DELETE FROM approval_notices WHERE (notifier, approval) IN
         (SELECT notifier, approval FROM approval_notices WHERE asked_ms <= ? ORDER BY asked_ms LIMIT ?)`,
    )
    .run(askedMs - limits.approvalKeptMs, limits.approvalsDropped);
  return (
    database
      .prepare(
        `INSERT INTO approval_notices (state, told, revision, is_over, attempts, due_ms, error, ref, notifier, approval,
           version, asked_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
      )
      .run(...values, notifier, approval, askedMs).changes === 1
  );
}
