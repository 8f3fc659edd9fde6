import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBook } from '#events/book.ts';
import { eventAt, findEvent, parseRecordId } from '#events/find-event.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { indexedBook } from '#test/fakes/indexed-book.ts';

test('a record id is a shard and a number, in one spelling', () => {
  assert.deepEqual(parseRecordId('a-2:12'), { shard: 'a-2', n: 12 });
  for (const text of ['', 'a', 'a:', ':1', 'a:1 ', 'A:1', 'a:-1', 'a:1.0', 'a/../b:1', `a:${'1'.repeat(16)}`])
    assert.equal(parseRecordId(text), undefined, text);
});

test('an event is found by any of its records, indexed or not, and never with payloads nobody asked for', async (t) => {
  const real = await indexedBook(t);
  const book = openBook(nodeDisk, {
    dataDirectory: real.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => book.close());
  const late = await real.call('late', {}, 'x');
  for (const [n, id] of [
    [real.first, real.first],
    [real.first + 1, real.first],
    [late + 1, late],
    [0, 0],
  ] as const) {
    const event = await findEvent(book, { shard: 'a', n }, false);
    assert.deepEqual(
      [event?.id, event?.verified, event !== undefined && 'arguments' in event],
      [`a:${id}`, true, false],
    );
  }
  assert.equal(await findEvent(book, { shard: 'a', n: 9_999 }, false), undefined);
});

test('a hit that was open is shown with the result it has got since', async (t) => {
  const real = await indexedBook(t);
  const book = openBook(nodeDisk, {
    dataDirectory: real.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => book.close());
  const hit = book.index.eventOf('a', real.open);
  assert.ok(hit !== undefined && hit.event.outcome === 'open');
  await real.end(real.open, 'at last');
  const event = await eventAt(await book.source('a'), hit, { shard: 'a', payloads: false });
  assert.equal(event?.outcome, 'ok');
});
