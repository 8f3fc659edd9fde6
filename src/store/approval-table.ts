/**
 * The table of `state.db` that keeps approvals: what they are about is sealed, beside it stands what they are looked up by.
 * Reading is a look at an index on the calling thread; writing waits for the disk and is for approvals.worker.ts.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ApprovalState, BookRead, Flood } from '#approvals/approval.ts';
import { STATES } from '#approvals/approval.ts';
import { isOpen } from '#approvals/transitions.ts';
import type { Limits } from '#limits.ts';
import { BOOKS_SCHEMA, booksIn, noteBook } from '#store/approval-books.ts';
import { countAsk, FLOOD_SCHEMA, floodOfRow } from '#store/approval-floods.ts';
import type { FloodLimits } from '#store/approval-floods.ts';
import { openStateFile } from '#store/state-file.ts';
import type { StateFile } from '#store/state-file.ts';

export type ApprovalTableLimits = Pick<
  Limits,
  'stateLockMs' | 'approvals' | 'approvalsPerCaller' | 'approvalsKept' | 'approvalKeptMs' | 'approvalsDropped'
> &
  FloodLimits;

export type ApprovalRow = {
  readonly id: string;
  readonly fingerprint: Uint8Array;
  readonly toolPrint: Uint8Array;
  /** Keyed digest of who asked. */
  readonly requester: Uint8Array;
  readonly state: ApprovalState;
  readonly askedMs: number;
  /** When time alone ends it; undefined once it is over. */
  readonly dueMs: number | undefined;
  readonly sealed: Uint8Array;
};
export type StoredApproval = ApprovalRow & { readonly revision: number; readonly flood: Flood | undefined };

export type ApprovalWrite =
  /** `rule`: keyed digest of what holds it. */
  | { readonly create: ApprovalRow; readonly rule: Uint8Array; readonly nowMs: number }
  /** `revision`: as it was read. */
  | { readonly replace: ApprovalRow; readonly revision: number }
  | { readonly book: BookRead };

/** The new revision, of a note about a book the last one; `full`, or `late` when somebody else changed it first. */
export type ApprovalWritten = { readonly revision: number; readonly flood?: Flood | undefined } | 'full' | 'late';

export type ApprovalTable = {
  find(id: string): StoredApproval | undefined;
  /** Not over, or refused, for either print. */
  matching(fingerprint: Uint8Array, toolPrint: Uint8Array): readonly StoredApproval[];
  /** Newest first. */
  list(states: readonly ApprovalState[], limit: number): readonly StoredApproval[];
  changedAfter(revision: number, limit: number): readonly StoredApproval[];
  /** The revision of the last change. */
  lastRevision(): number;
  due(nowMs: number, limit: number): readonly StoredApproval[];
  countPending(requester: Uint8Array): number;
  countWaiting(): number;
  books(): readonly BookRead[];
  /** The state was there already: one that is older is another one, and nothing in it is believed. */
  saw(revision: number): void;
  /** All of them in one transaction, durable when it returns. Throws when nothing was written. */
  write(writes: readonly ApprovalWrite[]): readonly ApprovalWritten[];
  close(): void;
};

const SCHEMA = `
CREATE TABLE IF NOT EXISTS approvals (
  id TEXT PRIMARY KEY, fingerprint BLOB NOT NULL, tool_print BLOB NOT NULL, requester BLOB NOT NULL, state TEXT NOT NULL,
  asked_ms INTEGER NOT NULL, due_ms INTEGER, revision INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS approvals_by_print ON approvals (fingerprint, state);
CREATE INDEX IF NOT EXISTS approvals_by_tool ON approvals (tool_print, state);
CREATE INDEX IF NOT EXISTS approvals_by_requester ON approvals (requester, state);
CREATE INDEX IF NOT EXISTS approvals_by_state ON approvals (state, asked_ms);
CREATE INDEX IF NOT EXISTS approvals_by_end ON approvals (due_ms) WHERE due_ms IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS approvals_by_revision ON approvals (revision);
${FLOOD_SCHEMA}
CREATE TABLE IF NOT EXISTS approvals_revision (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL) STRICT;
INSERT INTO approvals_revision VALUES (1, 0) ON CONFLICT DO NOTHING;
${BOOKS_SCHEMA}`;

type Row = Record<string, SQLOutputValue>;

function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new Error('an approval is damaged');
  return value;
}
function numberOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new Error('an approval is damaged');
  return value;
}
function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error('an approval is damaged');
  return value;
}

const approvalOf = (row: Row): StoredApproval => ({
  id: textOf(row, 'id'),
  fingerprint: bytesOf(row, 'fingerprint'),
  toolPrint: bytesOf(row, 'tool_print'),
  requester: bytesOf(row, 'requester'),
  // Whether it is a state is known once the seal is open, which says the same one.
  state: textOf(row, 'state') as ApprovalState,
  askedMs: numberOf(row, 'asked_ms'),
  dueMs: row['due_ms'] === null ? undefined : numberOf(row, 'due_ms'),
  revision: numberOf(row, 'revision'),
  sealed: bytesOf(row, 'sealed'),
  flood: floodOfRow(row['flood_of'], row['flood_first']),
});

const ALL =
  'SELECT approvals.*, flood_of, flood_first FROM approvals LEFT JOIN approval_asks ON approval_asks.id = approvals.id';
const OPEN = "state IN ('pending', 'approved')";
/** The others, by name: an index finds them. */
const OVER = `state IN (${STATES.filter((state) => !isOpen({ state }))
  .map((state) => `'${state}'`)
  .join(', ')})`;
/** A no is remembered, so that nobody is asked the same again and again. */
const COUNTS = "state IN ('pending', 'approved', 'denied')";

type Statements = Readonly<
  Record<'find' | 'byPrint' | 'list' | 'changed' | 'last' | 'due' | 'pending' | 'waiting', StatementSync>
>;

const prepare = (database: DatabaseSync): Statements => ({
  find: database.prepare(`${ALL} WHERE approvals.id = ?`),
  byPrint: database.prepare(
    `${ALL} WHERE fingerprint = ? AND ${COUNTS} UNION ${ALL} WHERE tool_print = ? AND ${COUNTS}`,
  ),
  list: database.prepare(
    `${ALL} WHERE state IN (SELECT value FROM json_each(?)) ORDER BY approvals.asked_ms DESC, approvals.id LIMIT ?`,
  ),
  changed: database.prepare(`${ALL} WHERE revision > ? ORDER BY revision LIMIT ?`),
  last: database.prepare('SELECT revision FROM approvals_revision'),
  due: database.prepare(`${ALL} WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`),
  waiting: database.prepare("SELECT count(*) AS count FROM approvals WHERE state = 'pending'"),
  pending: database.prepare("SELECT count(*) AS count FROM approvals WHERE requester = ? AND state = 'pending'"),
});

/** Throws when the file is missing or cannot be written. */
export function openApprovalTable(path: string, limits: ApprovalTableLimits): ApprovalTable {
  return new SqliteApprovalTable(path, limits);
}

class SqliteApprovalTable implements ApprovalTable {
  readonly #file: StateFile<Statements>;
  readonly #limits: ApprovalTableLimits;
  /** The highest revision it ever had. */
  #seen = 0;

  constructor(path: string, limits: ApprovalTableLimits) {
    this.#limits = limits;
    this.#file = openStateFile({ path, schema: SCHEMA, prepare, limits });
  }

  find(id: string): StoredApproval | undefined {
    const row = this.#using(({ find }) => find.get(id));
    return row === undefined ? undefined : approvalOf(row);
  }

  matching(fingerprint: Uint8Array, toolPrint: Uint8Array): readonly StoredApproval[] {
    return this.#using(({ byPrint }) => byPrint.all(fingerprint, toolPrint)).map(approvalOf);
  }

  list(states: readonly ApprovalState[], limit: number): readonly StoredApproval[] {
    return this.#using(({ list }) => list.all(JSON.stringify(states), limit)).map(approvalOf);
  }

  changedAfter(revision: number, limit: number): readonly StoredApproval[] {
    return this.#using(({ changed }) => changed.all(revision, limit)).map(approvalOf);
  }

  lastRevision(): number {
    return this.#using(() => this.#seen);
  }

  due(nowMs: number, limit: number): readonly StoredApproval[] {
    return this.#using(({ due }) => due.all(nowMs, limit)).map(approvalOf);
  }

  countWaiting(): number {
    return numberOf(
      this.#file.using(({ waiting }) => waiting.get()),
      'count',
    );
  }

  countPending(requester: Uint8Array): number {
    return numberOf(
      this.#using(({ pending }) => pending.get(requester)),
      'count',
    );
  }

  books(): readonly BookRead[] {
    return this.#using((_statements, database) => booksIn(database));
  }

  saw(revision: number): void {
    this.#seen = Math.max(this.#seen, revision);
  }

  write(writes: readonly ApprovalWrite[]): readonly ApprovalWritten[] {
    const written = this.#file.writing((statements, database) => {
      this.#check(statements);
      const first = writes.find((write) => 'create' in write);
      // Once for all that are written together: what is counted here grows with what is kept.
      if (first !== undefined) this.#drop(database, first.nowMs);
      const room = first === undefined ? 0 : this.#room(database);
      let created = 0;
      return writes.map((write): ApprovalWritten => {
        if ('book' in write) {
          noteBook(database, write.book);
          return { revision: this.#seen };
        }
        if (!('create' in write)) return this.#replace(database, write);
        const made = created < room ? this.#create(database, write) : 'full';
        if (made !== 'full') created += 1;
        return made;
      });
    });
    for (const outcome of written) if (typeof outcome !== 'string') this.saw(outcome.revision);
    return written;
  }

  close(): void {
    this.#file.close();
  }

  #using<T>(use: (statements: Statements, database: DatabaseSync) => T): T {
    return this.#file.using((statements, database) => {
      this.#check(statements);
      return use(statements, database);
    });
  }

  #check({ last }: Statements): void {
    const revision = numberOf(last.get(), 'revision');
    if (revision < this.#seen) throw new Error('another state.db, or an older one, was put in its place');
    this.#seen = revision;
  }

  /** How many more may be open. */
  #room(database: DatabaseSync): number {
    const all = database.prepare(`SELECT count(*) AS count FROM approvals WHERE ${OPEN}`).get();
    return this.#limits.approvals - numberOf(all, 'count');
  }

  #create(database: DatabaseSync, { create, rule }: Extract<ApprovalWrite, { create: ApprovalRow }>): ApprovalWritten {
    const own = database
      .prepare(`SELECT count(*) AS count FROM approvals WHERE requester = ? AND ${OPEN}`)
      .get(create.requester);
    if (numberOf(own, 'count') >= this.#limits.approvalsPerCaller) return 'full';
    const revision = nextRevision(database);
    const { id, fingerprint, toolPrint, requester, state, askedMs, dueMs, sealed } = create;
    database
      .prepare('INSERT INTO approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, fingerprint, toolPrint, requester, state, askedMs, dueMs ?? null, revision, sealed);
    return { revision, flood: countAsk(database, { id, askedMs, caller: requester, rule }, this.#limits) };
  }

  #replace(
    database: DatabaseSync,
    { replace, revision }: Extract<ApprovalWrite, { replace: ApprovalRow }>,
  ): ApprovalWritten {
    const next = nextRevision(database);
    const { changes } = database
      .prepare('UPDATE approvals SET state = ?, due_ms = ?, sealed = ?, revision = ? WHERE id = ? AND revision = ?')
      .run(replace.state, replace.dueMs ?? null, replace.sealed, next, replace.id, revision);
    return changes === 1 ? { revision: next } : 'late';
  }

  /** Those that are over, the oldest first: after their time, and beyond what is kept of them. The book keeps them all. */
  #drop(database: DatabaseSync, nowMs: number): void {
    const { approvalKeptMs, approvalsKept, approvalsDropped } = this.#limits;
    const over = database.prepare(`SELECT count(*) AS count FROM approvals WHERE ${OVER}`).get();
    const tooMany = Math.max(0, numberOf(over, 'count') - approvalsKept);
    const drop = database.prepare(
      `DELETE FROM approvals WHERE id IN (SELECT id FROM approvals WHERE ${OVER} AND asked_ms <= ? ORDER BY asked_ms LIMIT ?)
       RETURNING id`,
    );
    const forget = database.prepare('DELETE FROM approval_asks WHERE id = ?');
    const old = drop.all(nowMs - approvalKeptMs, approvalsDropped);
    const beyond = tooMany > 0 ? drop.all(nowMs, Math.min(tooMany, approvalsDropped)) : [];
    for (const row of [...old, ...beyond]) forget.run(textOf(row, 'id'));
  }
}

function nextRevision(database: DatabaseSync): number {
  const row = database.prepare('UPDATE approvals_revision SET revision = revision + 1 RETURNING revision').get();
  return numberOf(row, 'revision');
}
