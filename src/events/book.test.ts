import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBook, originOf } from '#events/book.ts';
import { START } from '#events/source.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openBook as openRealBook } from '#test/fakes/book.ts';

test('every shard is read with its own keys under the one master key', async (t) => {
  const first = await openRealBook(t);
  const second = await openRealBook(t, first.data, 'a-2');
  const n = await second.call('find', {}, 'x');
  await first.close();
  await second.close();
  const place = { dataDirectory: first.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const book = openBook(nodeDisk, place);
  t.after(() => book.close());
  assert.deepEqual(await book.shards(), ['a', 'a-2']);
  assert.deepEqual(Object.keys(await book.sizes()), ['a', 'a-2']);
  assert.equal((await book.sizes())['constructor'], undefined, 'the name of a shard comes from a URL');
  const { records } = await (await book.source('a-2')).read(START, 100);
  const record = records.find(({ leaf }) => leaf.n === n);
  assert.deepEqual([record?.verified, record?.header?.name], [true, 'find']);
  assert.equal(originOf(place, 'a-2'), 'acme/a-2');
});

test('without keys the sizes are known and the records are not to be had', async (t) => {
  const real = await openRealBook(t);
  await real.close();
  rmSync(join(real.data, 'keys'), { recursive: true });
  const book = openBook(nodeDisk, {
    dataDirectory: real.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => book.close());
  assert.ok(((await book.sizes())['a'] ?? 0) > 0);
  await assert.rejects(book.source('a'), /cannot open the records: .*master\.key does not exist/);
});

test('a source that could not be opened is opened again when it is asked for again', async (t) => {
  const { data } = await openRealBook(t);
  const place = { dataDirectory: data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  let isFailing = true;
  const disk = {
    ...nodeDisk,
    open: (...given: Parameters<typeof nodeDisk.open>) =>
      isFailing ? Promise.reject(new Error('EMFILE')) : nodeDisk.open(...given),
  };
  const book = openBook(disk, place);
  t.after(() => book.close());
  await assert.rejects(book.source('a'), /EMFILE/);
  isFailing = false;
  assert.ok((await (await book.source('a')).watermark()).size > 0);
});
