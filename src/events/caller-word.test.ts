import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { callerWord } from '#events/caller-word.ts';

test('a caller is one token of the text index, the same each time, another for another caller', () => {
  const words = ['ada@example.com', 'ada', 'Ada', 'a"b', 'é ö', '\u{1f600}', ''].map(callerWord);
  assert.equal(new Set(words).size, words.length);
  assert.equal(callerWord('ada'), callerWord('ada'));
  const database = new DatabaseSync(':memory:');
  database.exec(
    "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'unicode61'); CREATE VIRTUAL TABLE v USING fts5vocab('t', 'row')",
  );
  for (const word of words) database.prepare('INSERT INTO t VALUES (?)').run(word);
  const tokens = database.prepare('SELECT term FROM v').all() as { readonly term: string }[];
  assert.deepEqual(tokens.map(({ term }) => term).toSorted(), words.toSorted());
  database.close();
});
