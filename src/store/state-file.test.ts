import assert from 'node:assert/strict';
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { openStateFile } from '#store/state-file.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY) STRICT;';
const newFile = (t: TestContext): string => {
  const path = join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(path, 'a'));
  return path;
};
function open(t: TestContext, path: string, schema = SCHEMA) {
  const file = openStateFile({
    path,
    schema,
    prepare: (database: DatabaseSync) => ({
      put: database.prepare('INSERT INTO words VALUES (?)'),
      all: database.prepare('SELECT word FROM words ORDER BY word'),
    }),
    limits: { ...LIMITS, stateLockMs: 50 },
  });
  t.after(() => file.close());
  return { ...file, words: () => file.using(({ all }) => all.all().map(({ word }) => word)) };
}

test('a write is all or nothing', (t) => {
  const { words, writing } = open(t, newFile(t));
  writing(({ put }) => put.run('one'));
  assert.throws(() => writing(({ put }) => ['two', 'one'].map((word) => put.run(word))), /UNIQUE/);
  assert.deepEqual(words(), ['one']);
});

test('another file under the same name is read, and what lay in the one before is not', (t) => {
  const path = newFile(t);
  const { words, writing } = open(t, path);
  writing(({ put }) => put.run('old'));
  renameSync(path, `${path}.away`);
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  closeSync(openSync(path, 'a'));
  assert.deepEqual(words(), []);
});

test('a missing file and one that is no database are refused at once', (t) => {
  assert.throws(() => open(t, join(temporaryDirectory(t), 'nowhere.db')), /ENOENT/);
  assert.throws(() => open(t, import.meta.filename), /not a database/);
});

test('a writer waits for another process only so long, and can write when that has ended', (t) => {
  const path = newFile(t);
  const { words, writing } = open(t, path);
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  assert.throws(() => writing(({ put }) => put.run('late')), /locked/);
  other.exec('COMMIT');
  writing(({ put }) => put.run('now'));
  assert.deepEqual(words(), ['now']);
});
