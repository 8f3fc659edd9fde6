import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';

const book = (n: number, run = 'first') => ({ shard: 'a', run, upTo: { n, segment: 0, offset: n * 100 } });

test('how far each book is known is kept, the last note of a shard', async (t) => {
  const path = newStateFile(t);
  const store = openApprovalsOn(t, path);
  assert.deepEqual(store.books(), []);
  await store.noteBook(book(5));
  await store.noteBook({ ...book(7), shard: 'a-2' });
  await store.noteBook(book(9, 'second'));
  assert.deepEqual(
    openApprovalsOn(t, path)
      .books()
      .map(({ shard, run, upTo }) => [shard, run, upTo.n, upTo.offset]),
    [
      ['a-2', 'first', 7, 700],
      ['a', 'second', 9, 900],
    ],
  );
});

test('an older state that takes its place is neither read nor written, and no note is made in it', async (t) => {
  const path = newStateFile(t);
  const store = openApprovalsOn(t, path);
  const created = await createApproval(store);
  const database = new DatabaseSync(path);
  database.exec(`VACUUM INTO '${path}.older'`);
  database.close();
  const approved = await store.replace(created, { ...created, state: 'approved', scope: 'once', usableUntilMs: 9_000 });
  assert.ok(approved);
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  copyFileSync(`${path}.older`, `${path}.copy`);
  renameSync(`${path}.copy`, path);
  assert.throws(() => store.find(created.id), /an older one/);
  assert.throws(() => store.matching(created.fingerprint, created.toolPrint), /an older one/);
  await assert.rejects(store.replace(created, { ...created, state: 'void' }), /an older one/);
  await assert.rejects(store.noteBook(book(1)), /an older one/);
});
