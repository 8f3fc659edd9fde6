import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { dropIndexFiles, openReadOnly, openWritable, saysDamaged } from '#events/index-files.ts';

test('dropping an index removes its files and nothing else', (t) => {
  const directory = temporaryDirectory(t);
  for (const name of [
    'meta.db',
    'meta.db-wal',
    'events-2026-11.db',
    'events-2026-11.db-shm',
    'writer.lock',
    'notes.db',
    'events-x.db',
  ]) {
    writeFileSync(join(directory, name), '');
  }
  dropIndexFiles(directory);
  assert.deepEqual(readdirSync(directory), ['events-x.db', 'notes.db', 'writer.lock']);
  dropIndexFiles(join(directory, 'absent'));
});

test('a reader cannot write, and a missing file is no error', (t) => {
  const path = join(temporaryDirectory(t), 'x.db');
  assert.equal(openReadOnly(path), undefined);
  openWritable(path, 'CREATE TABLE t (a)', 't').close();
  const reader = openReadOnly(path);
  assert.throws(() => reader?.exec('INSERT INTO t VALUES (1)'), /readonly/);
  reader?.close();
});

test('garbage and missing tables say "damaged"; a lock or a full disk does not', (t) => {
  const directory = temporaryDirectory(t);
  const failure = (run: () => void): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  writeFileSync(join(directory, 'garbage.db'), 'x'.repeat(4_096));
  assert.ok(saysDamaged(failure(() => openWritable(join(directory, 'garbage.db'), '', 't'))));
  const held = new DatabaseSync(join(directory, 'held.db'), { timeout: 0 });
  assert.ok(saysDamaged(failure(() => held.exec('SELECT * FROM absent'))));
  held.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE');
  const second = new DatabaseSync(join(directory, 'held.db'), { timeout: 0 });
  const locked = failure(() => second.exec('INSERT INTO t VALUES (1)'));
  assert.ok(locked instanceof Error && !saysDamaged(locked));
  assert.ok(!saysDamaged(Object.assign(new Error('database or disk is full'), { errcode: 13 })));
  assert.ok(!saysDamaged(new Error('other')));
  second.close();
  held.close();
});
