/**
 * How many revocations there should be, and the sums of their numbers, counted by the database as they come and go. When
 * an older file was put under SQLite's log, its newest pages say one thing and the older rows are of another time.
 */
import type { DatabaseSync } from 'node:sqlite';

const change = (sign: '+' | '-', row: 'NEW' | 'OLD'): string =>
  `UPDATE tally SET count = count ${sign} 1, revisions = revisions ${sign} coalesce(${row}.revision, 0),
   epochs = epochs ${sign} ${row}.epoch_ms;`;

const TALLY = 'SELECT 1, count(*), coalesce(sum(revision), 0), coalesce(sum(epoch_ms), 0) FROM revocations';

/** After the table of revocations is there. Those of a state that had no tally yet are counted as they are. */
export function keepTally(database: DatabaseSync): void {
  database.exec(`
CREATE TABLE IF NOT EXISTS tally (
  id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, revisions INTEGER NOT NULL, epochs INTEGER NOT NULL
) STRICT;
INSERT INTO tally ${TALLY} WHERE true ON CONFLICT DO NOTHING;
CREATE TRIGGER IF NOT EXISTS revocation_came AFTER INSERT ON revocations BEGIN ${change('+', 'NEW')} END;
CREATE TRIGGER IF NOT EXISTS revocation_went AFTER DELETE ON revocations BEGIN ${change('-', 'OLD')} END;
CREATE TRIGGER IF NOT EXISTS revocation_changed AFTER UPDATE ON revocations BEGIN
  ${change('-', 'OLD')} ${change('+', 'NEW')}
END;`);
}

/** Reads every row, so it is for when the file is opened. */
export function tallies(database: DatabaseSync): boolean {
  // Told in SQL, since sums of instants outgrow the numbers of JavaScript.
  const same = database
    .prepare(`SELECT 1 WHERE NOT EXISTS (${TALLY} NOT INDEXED EXCEPT SELECT id, count, revisions, epochs FROM tally)`)
    .get();
  return same !== undefined;
}
