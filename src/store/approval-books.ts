/**
 * How far the state of approvals knows each book: every use that is recorded before that place is in the state too. Kept in
 * the same file, so that whoever puts an older state in its place puts an older note with it, and what the state has missed
 * is read in the book from there on.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { BookRead } from '#approvals/approval.ts';

export const BOOKS_SCHEMA = `
CREATE TABLE IF NOT EXISTS approvals_read (
  shard TEXT PRIMARY KEY, run TEXT NOT NULL, n INTEGER NOT NULL, segment INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
`;

function readOf({ shard, run, n, segment, at }: Record<string, SQLOutputValue>): BookRead {
  if (typeof shard !== 'string' || typeof run !== 'string') throw new Error('a note of a book is damaged');
  if (typeof n !== 'number' || typeof segment !== 'number' || typeof at !== 'number')
    throw new Error('a note of a book is damaged');
  return { shard, run, upTo: { n, segment, offset: at } };
}

export const booksIn = (database: DatabaseSync): readonly BookRead[] =>
  database.prepare('SELECT * FROM approvals_read').all().map(readOf);

export function noteBook(database: DatabaseSync, { shard, run, upTo }: BookRead): void {
  database
    .prepare('INSERT OR REPLACE INTO approvals_read VALUES (?, ?, ?, ?, ?)')
    .run(shard, run, upTo.n, upTo.segment, upTo.offset);
}
