import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BOOK_ORIGIN, type Book, openBook } from '#test/fakes/book.ts';
import { dumpIndex } from '#test/fakes/index-dump.ts';
import { indexDirectory } from '#events/index-files.ts';
import { openIndexReader } from '#events/index-reader.ts';
import { type Indexer, type IndexerEvent, createIndexer } from '#events/indexer.ts';
import { LIMITS } from '#limits.ts';

const WAIT_MS = 30_000;

function indexing(book: Book, onEvent: (event: IndexerEvent) => void = () => undefined): Indexer {
  const limits = { ...LIMITS, indexIntervalMs: 1 };
  const indexer = createIndexer({
    dataDirectory: book.data,
    origin: BOOK_ORIGIN,
    shard: 'a',
    limits,
    onEvent,
  });
  book.cleanups.push(() => indexer.close());
  return indexer;
}

async function indexed(indexer: Indexer, book: Book): Promise<void> {
  indexer.notify(book.ledger.watermark());
  assert.ok(
    await indexer.waitForIndex(book.ledger.watermark().size, WAIT_MS),
    `not indexed: ${indexer.state().failing}`,
  );
}

test('what the ledger made durable can be found once the index says it is that far', async (t) => {
  const book = await openBook(t);
  const indexer = indexing(book);
  const n = await book.call('find', { customer: 'Ada' }, 'Lovelace');
  await indexed(indexer, book);
  const hit = openIndexReader(indexDirectory(book.data, 'a'), 'a').eventOf(n);
  assert.equal(hit?.event.outcome, 'ok');
  assert.equal(hit.event.caller?.subject, 'alice');
  assert.deepEqual(indexer.state(), {
    indexedThrough: n + 2,
    size: n + 2,
    lagRecords: 0,
    failing: undefined,
    rebuilds: 0,
  });
});

test('a wait that is not fulfilled in time says no', async (t) => {
  const indexer = indexing(await openBook(t));
  assert.equal(await indexer.waitForIndex(1_000_000, 1), false);
});

test('an index damaged while nobody looked is built again, said, and the same', async (t) => {
  const book = await openBook(t);
  const first = indexing(book);
  for (let i = 0; i < 20; i++) await book.call('find', { i }, `answer ${i}`);
  await indexed(first, book);
  await first.close();
  const directory = indexDirectory(book.data, 'a');
  const whole = dumpIndex(directory);
  const month = readdirSync(directory).find((name) => name.startsWith('events-'));
  writeFileSync(join(directory, month ?? ''), 'no database at all'.repeat(500));
  const events: IndexerEvent[] = [];
  const second = indexing(book, (event) => void events.push(event));
  await indexed(second, book);
  assert.match(events.map((event) => (event.type === 'rebuild' ? event.reason : event.type)).join(), /^damaged/);
  await second.close();
  assert.deepEqual(dumpIndex(directory), whole);
});

test('a second writer of the same index fails loudly and takes over when the first is gone', async (t) => {
  const book = await openBook(t);
  const first = indexing(book);
  await indexed(first, book);
  const { promise: firstEvent, resolve } = Promise.withResolvers<IndexerEvent>();
  const second = indexing(book, resolve);
  second.notify(book.ledger.watermark());
  assert.deepEqual(await firstEvent, { type: 'failed', message: 'another process writes this index' });
  await first.close();
  assert.ok(await second.waitForIndex(book.ledger.watermark().size, WAIT_MS));
  assert.equal(second.state().failing, undefined);
});

test('closing indexes what was notified before', async (t) => {
  const book = await openBook(t);
  const indexer = indexing(book);
  const n = await book.call('find', {}, 'last');
  indexer.notify(book.ledger.watermark());
  await indexer.close();
  assert.equal(openIndexReader(indexDirectory(book.data, 'a'), 'a').eventOf(n)?.event.outcome, 'ok');
});
