import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LIMITS } from '#limits.ts';
import { phraseOf, textQuery } from '#events/text-query.ts';

const query = (text: string): string => {
  const result = textQuery(text, LIMITS);
  return result.ok ? result.value : `! ${result.error}`;
};

function matches(words: string, text: string): boolean {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(
      "CREATE VIRTUAL TABLE text USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61')",
    );
    database.prepare('INSERT INTO text (words) VALUES (?)').run(words);
    return database.prepare('SELECT rowid FROM text WHERE text MATCH ?').get(query(text)) !== undefined;
  } finally {
    database.close();
  }
}

test('words, phrases and beginnings of words become quoted terms', () => {
  assert.equal(query('ada  lovelace'), '"ada" "lovelace"');
  assert.equal(query('"ada lovelace" cust*'), '"ada lovelace" "cust*" *');
  assert.equal(query('"unclosed phrase'), '"unclosed phrase"');
});

test('all words must occur, a phrase in its order, and a mail address is found as written', () => {
  assert.ok(matches('Ada Lovelace wrote', 'wrote ada'));
  assert.ok(!matches('Ada Lovelace wrote', 'ada byron'));
  assert.ok(!matches('Ada Lovelace wrote', '"lovelace ada"'));
  assert.ok(matches('customers of 4711', 'cust* 4711'));
  assert.ok(matches('mail ada@example.com now', 'ada@example.com'));
  assert.ok(matches('token [SECRET:k1:ABCDEFG234567]', '[SECRET:k1:ABCDEFG234567]'));
});

test("the text index's own syntax has no meaning in what is typed", () => {
  assert.ok(!matches('one', 'one OR two'));
  assert.ok(!matches('one', 'two NOT one'));
  assert.ok(matches('words one', 'words:one'));
  assert.ok(matches('a one', '^one'));
});

test('signs without a letter or digit are left out, and alone are refused', () => {
  assert.ok(matches('a b', 'a & b'));
  assert.match(query(' -- "*" '), /^! the text holds no word/);
  assert.match(query(''), /^! the text holds no word/);
});

test('too long a text and too many words are refused', () => {
  assert.match(query('a'.repeat(LIMITS.searchTextChars + 1)), /^! the text is longer/);
  assert.match(query('a '.repeat(LIMITS.searchTextTerms + 1)), /^! the text has more/);
});

test('whatever is typed, SQLite takes the query', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE VIRTUAL TABLE text USING fts5 (words)');
  const search = database.prepare('SELECT rowid FROM text WHERE text MATCH ?');
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('"', '*', 'a', ' ', '(', 'NEAR', '-', '^', ':', '\0', '{')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const result = textQuery(text, LIMITS);
      if (result.ok) search.all(result.value);
    }),
  );
  database.close();
});

test('a text as a phrase is nothing of the query language, whatever is in it', () => {
  assert.equal(phraseOf('find_it'), '"find_it"');
  assert.equal(phraseOf('a" OR "b'), '"a  OR  b"');
  assert.equal(phraseOf('x\0y\ud800'), '"x y\ufffd"');
  for (const text of ['', '---', '"']) assert.equal(phraseOf(text), undefined);
});
