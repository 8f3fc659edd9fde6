import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { BOOK_ORIGIN, openBook } from '#test/fakes/book.ts';
import { openLedgerSource } from '#events/ledger-source.ts';
import { START } from '#events/source.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

const sourceOf = (dataDirectory: string) =>
  openLedgerSource({ disk: nodeDisk, dataDirectory, origin: BOOK_ORIGIN, shard: 'a' });

test('the records of a book come opened and verified, up to its watermark', async (t) => {
  const book = await openBook(t);
  const n = await book.call('find', { customer: 'Ada' }, 'Lovelace');
  const source = await sourceOf(book.data);
  assert.ok(source.ok);
  assert.equal((await source.value.watermark()).size, n + 2);
  const { records, next } = await source.value.read(START, 100);
  assert.equal(next.n, n + 2);
  assert.ok(records.every((record) => record.verified));
  assert.equal(records[n]?.header?.name, 'find');
  assert.match(records[n + 1]?.payload?.toString() ?? '', /Lovelace/);
  const again = await source.value.read(records[n]?.position ?? START, 1);
  assert.equal(again.records[0]?.leaf.n, n);
});

test('without the keys there is a reason instead of a source', async (t) => {
  const book = await openBook(t);
  await book.close();
  rmSync(`${book.data}/keys`, { recursive: true });
  const source = await sourceOf(book.data);
  assert.match(source.ok ? '' : source.error, /master\.key does not exist/);
});
