import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '#test/fakes/cli.ts';
import { dumpIndex } from '#test/fakes/index-dump.ts';
import { type IndexedBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { register } from '#cli/ledger-reindex.ts';
import { writerLockPath } from '#events/index-files.ts';
import { tryLock } from '#ledger/lock.ts';

const reindex = (book: IndexedBook) =>
  runCommand(register, ['ledger', 'reindex', '--data', book.data, '--json'], { cwd: '/' });

test('the index is built again from the ledger with the same result', async (t) => {
  const book = await indexedBook(t);
  const directory = join(book.data, 'index', 'a');
  const before = dumpIndex(directory);
  const { code, stdout } = await reindex(book);
  const { size } = book.ledger.watermark();
  assert.deepEqual([code, JSON.parse(stdout)], [0, { indexedThrough: size, size }]);
  assert.deepEqual(dumpIndex(directory), before);
});

test('an index that is being written is left alone', async (t) => {
  const book = await indexedBook(t);
  const directory = join(book.data, 'index', 'a');
  const before = dumpIndex(directory);
  const lock = tryLock(writerLockPath(directory));
  const { code, stderr } = await reindex(book);
  lock?.release();
  assert.equal(code, 3);
  assert.match(stderr, /stop the gateway first/);
  assert.deepEqual(dumpIndex(directory), before);
});
