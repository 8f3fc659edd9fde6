/**
 * Keeps the sessions of an index, and what ends many of them at once: starts, stops and revocations. In `meta.db`, inside
 * whatever transaction is open there. One write for each session and batch, so that under load a call costs next to nothing.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SESSION_CHANGING_COLUMNS, SESSION_FIXED_COLUMNS } from '#events/index-schema.ts';
import type { SessionRow } from '#events/session-row.ts';
import { beginTally, countRecord, type SessionTally } from '#events/session-tally.ts';
import type { OpenedRecord } from '#events/source.ts';

/** Sessions kept in memory between batches, least recently written first. */
const TALLIES_KEPT = 10_000;

export class SessionWriter {
  readonly #tallies = new Map<string, SessionTally>();
  readonly #changed = new Set<SessionTally>();
  readonly #begun = new Set<SessionTally>();
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #run: StatementSync;
  readonly #revocation: StatementSync;

  constructor(meta: DatabaseSync) {
    const columns = [...SESSION_FIXED_COLUMNS, ...SESSION_CHANGING_COLUMNS];
    this.#find = meta.prepare('SELECT * FROM sessions WHERE session = ?');
    this.#insert = meta.prepare(
      `INSERT INTO sessions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.#update = meta.prepare(
      `UPDATE sessions SET ${SESSION_CHANGING_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE n = ?`,
    );
    this.#run = meta.prepare(
      'INSERT OR REPLACE INTO run (id, n) SELECT 1, ? WHERE ? > ifnull((SELECT n FROM run), -1)',
    );
    this.#revocation = meta.prepare('INSERT OR IGNORE INTO revocations (n, t, scope) VALUES (?, ?, ?)');
  }

  /** `sessionOf` finds the session of intent `ref` where a record does not name its own: an orphan's, a late word's. */
  add(record: OpenedRecord, sessionOf: (ref: number) => string | undefined): void {
    const { leaf, header } = record;
    const session = header?.session ?? (leaf.ref === null ? undefined : sessionOf(leaf.ref));
    if (leaf.kind === 'control') this.#control(record);
    if (session === undefined) return;
    const tally = this.#tallies.get(session) ?? this.#load(session) ?? this.#begin(session, record);
    if (countRecord(tally, record)) this.#changed.add(tally);
  }

  flush(): void {
    for (const tally of this.#changed) {
      const values = SESSION_CHANGING_COLUMNS.map((column) => {
        if (column === 'tools') return JSON.stringify(tally.tools);
        return column === 'more_tools' ? +tally.moreTools : tally[column];
      });
      if (this.#begun.has(tally)) this.#insert.run(tally.n, tally.session, tally.first_t, ...values);
      else this.#update.run(...values, tally.n);
      this.#tallies.delete(tally.session);
      this.#tallies.set(tally.session, tally);
    }
    this.#changed.clear();
    this.#begun.clear();
    for (const session of this.#tallies.keys()) {
      if (this.#tallies.size <= TALLIES_KEPT) return;
      this.#tallies.delete(session);
    }
  }

  #control({ leaf, header }: OpenedRecord): void {
    if (leaf.st === 'start' || leaf.st === 'stop') this.#run.run(leaf.n, leaf.n);
    if (leaf.st === 'revocation' && header?.detail !== undefined)
      this.#revocation.run(leaf.n, leaf.t, JSON.stringify(header.detail));
  }

  #begin(session: string, { leaf }: OpenedRecord): SessionTally {
    const tally = beginTally(session, leaf);
    this.#tallies.set(session, tally);
    this.#begun.add(tally);
    return tally;
  }

  #load(session: string): SessionTally | undefined {
    const row = this.#find.get(session) as SessionRow | undefined;
    if (row === undefined) return undefined;
    const { tools, more_tools: more, ...rest } = row;
    const tally = { ...rest, tools: JSON.parse(tools) as string[], moreTools: more === 1 };
    this.#tallies.set(session, tally);
    return tally;
  }
}
