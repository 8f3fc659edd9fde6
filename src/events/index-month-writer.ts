/**
 * Writes one monthly file of the search index. Every statement is idempotent: records already applied change nothing,
 * so a batch may be read again after a crash and a rebuild gives the same rows.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { EVENT_ROW_COLUMNS, MONTH_SCHEMA } from '#events/index-schema.ts';
import { findingsText, rowOf } from '#events/event-row.ts';
import { monthPath, openWritable } from '#events/index-files.ts';
import { type Month, keyOf } from '#events/month.ts';
import { type Closing, type Opened, type StreamMessage, joinText } from '#events/project.ts';
import type { Position } from '#events/source.ts';
import type { Finding } from '#masking/masked.ts';

/** Rows after which the query planner's statistics are taken for the first time; then at each doubling. */
const FIRST_STATISTICS_ROWS = 4_096;
const GROUP_SETS_CACHED = 10_000;

type Row = { readonly key: number; readonly result: number | null; readonly masking: string | null };

export class MonthWriter {
  readonly month: Month;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #session: StatementSync;
  readonly #close: StatementSync;
  readonly #message: StatementSync;
  readonly #insertText: StatementSync;
  readonly #deleteText: StatementSync;
  readonly #keepWords: StatementSync;
  readonly #keptWords: StatementSync;
  readonly #dropWords: StatementSync;
  readonly #insertGroups: StatementSync;
  readonly #findGroups: StatementSync;
  readonly #setProgress: StatementSync;
  readonly #groupSets = new Map<string, number>();
  #inTransaction = false;
  #inserted = 0;
  /** Highest record index this file holds. */
  #nMax: number;
  #statisticsAt = FIRST_STATISTICS_ROWS;

  constructor(directory: string, month: Month) {
    this.month = month;
    const database = openWritable(monthPath(directory, month), MONTH_SCHEMA, 'progress');
    this.#database = database;
    this.#nMax = (database.prepare('SELECT max(n) AS n FROM events').get() as { readonly n: number | null }).n ?? -1;
    // After a write, the text index's own tables leave row ids beyond 2^53 as "last inserted": only a BigInt takes them.
    const writing = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    const slots = EVENT_ROW_COLUMNS.map(() => '?').join(', ');
    this.#insert = writing(
      `INSERT INTO events (${EVENT_ROW_COLUMNS.join(', ')}) VALUES (${slots}) ON CONFLICT (key) DO NOTHING`,
    );
    this.#find = database.prepare('SELECT key, result, masking FROM events WHERE n = ?');
    this.#session = database.prepare('SELECT session FROM events WHERE n = ?');
    this.#close = writing(
      `UPDATE events SET outcome = ?, code = ?, duration_ms = ?, masking = ?, result = ?, result_segment = ?, result_offset = ?
       WHERE key = ?`,
    );
    this.#message = writing(
      `UPDATE events SET messages_up = messages_up + ?, messages_down = messages_down + ?, messages_late = messages_late + ?,
       last_message = ? WHERE key = ? AND last_message < ?`,
    );
    this.#insertText = writing('INSERT INTO text (rowid, words) VALUES (?, ?)');
    this.#deleteText = writing('DELETE FROM text WHERE rowid = ?');
    this.#keepWords = writing('INSERT INTO open_text (key, words) VALUES (?, ?)');
    this.#keptWords = database.prepare('SELECT words FROM open_text WHERE key = ?');
    this.#dropWords = writing('DELETE FROM open_text WHERE key = ?');
    this.#insertGroups = writing('INSERT INTO group_sets (names) VALUES (?) ON CONFLICT (names) DO NOTHING');
    this.#setProgress = writing('INSERT OR REPLACE INTO progress (id, n, segment, offset) VALUES (1, ?, ?, ?)');
    this.#findGroups = database.prepare('SELECT id FROM group_sets WHERE names = ?');
  }

  begin(): void {
    if (this.#inTransaction) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
  }

  commit(through: Position): void {
    this.#setProgress.run(through.n, through.segment, through.offset);
    this.#database.exec('COMMIT');
    this.#inTransaction = false;
    if (this.#inserted >= this.#statisticsAt) {
      this.#statisticsAt *= 2;
      this.#database.exec('PRAGMA analysis_limit = 400; ANALYZE events');
    }
  }

  /** Up to where this file itself says it is complete. */
  progress(): Position | undefined {
    const row = this.#database.prepare('SELECT n, segment, offset FROM progress').get() as Position | undefined;
    return row === undefined ? undefined : { n: row.n, segment: row.segment, offset: row.offset };
  }

  has(n: number): boolean {
    return this.#row(n) !== undefined;
  }

  /** Of event `n`. */
  sessionOf(n: number): string | undefined {
    return (this.#session.get(n) as { readonly session: string | null } | undefined)?.session ?? undefined;
  }

  insert(event: Opened): void {
    // Only a batch read again after a crash has records below the highest; any other is spared the question.
    if (event.n <= this.#nMax && this.#row(event.n) !== undefined) {
      for (const message of event.messages) this.addMessage(event.n, message);
      if (event.closing !== null) this.close(event.n, event.closing);
      return;
    }
    let key = keyOf(this.month, event.t, event.n);
    if (this.#insert.run(...this.#values(event, key)).changes === 0n) {
      // Two million records within one millisecond of a clock that stands still: the file's end is still in order.
      const last = this.#database.prepare('SELECT max(key) AS key FROM events').get() as { readonly key: number };
      key = last.key + 1;
      this.#insert.run(...this.#values(event, key));
    }
    this.#inserted++;
    this.#nMax = Math.max(this.#nMax, event.n);
    const words = joinText(event.text, event.closing?.text ?? '');
    if (words !== '') this.#insertText.run(key, words);
    if (event.kind === 'intent' && event.closing === null && event.text !== '') this.#keepWords.run(key, event.text);
  }

  close(n: number, closing: Closing): void {
    const row = this.#row(n);
    if (row === undefined || row.result !== null) return;
    const earlier = row.masking === null ? [] : (JSON.parse(row.masking) as readonly Finding[]);
    const masking = findingsText([...earlier, ...closing.masking]);
    const { outcome, code, durationMs, position } = closing;
    this.#close.run(outcome, code, durationMs, masking, closing.n, position.segment, position.offset, row.key);
    const kept = this.#keptWords.get(row.key) as { readonly words: string } | undefined;
    if (kept !== undefined) this.#dropWords.run(row.key);
    if (closing.text === '') return;
    if (kept !== undefined) this.#deleteText.run(row.key);
    this.#insertText.run(row.key, joinText(kept?.words ?? '', closing.text));
  }

  addMessage(n: number, message: StreamMessage): void {
    const row = this.#row(n);
    if (row === undefined) return;
    const { direction } = message;
    this.#message.run(
      +(direction === 'up'),
      +(direction === 'down'),
      +(direction === 'late'),
      message.n,
      row.key,
      message.n,
    );
  }

  /** An open transaction is rolled back. */
  end(): void {
    this.#database.close();
  }

  #row(n: number): Row | undefined {
    return this.#find.get(n) as Row | undefined;
  }

  #values(event: Opened, key: number): SQLInputValue[] {
    const { groups, ...row } = rowOf(event, key);
    const stored: Readonly<Record<(typeof EVENT_ROW_COLUMNS)[number], SQLInputValue>> = {
      ...row,
      caller_groups: groups === null ? null : this.#groupSet(groups),
      last_message: event.messages.at(-1)?.n ?? -1,
    };
    return EVENT_ROW_COLUMNS.map((column) => stored[column]);
  }

  /** Sets of groups repeat from call to call: a row holds a number for them. */
  #groupSet(names: string): number {
    const known = this.#groupSets.get(names);
    if (known !== undefined) return known;
    this.#insertGroups.run(names);
    const { id } = this.#findGroups.get(names) as { readonly id: number };
    if (this.#groupSets.size >= GROUP_SETS_CACHED) this.#groupSets.clear();
    this.#groupSets.set(names, id);
    return id;
  }
}
