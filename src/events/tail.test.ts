import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBook } from '#events/book.ts';
import type { OpenedRecord } from '#events/source.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { answer, fakeSource, record, toolCall } from '#test/fakes/event-records.ts';
import { indexedBook } from '#test/fakes/indexed-book.ts';
import { tailedShards, tailEvents, type TailedShard } from '#events/tail.ts';

test('every later event comes once, in the order of completion, and nothing of before', async () => {
  const records = [record({ n: 0, kind: 'control', st: 'opened' }), toolCall(1, 'before', {})];
  const coming = [
    [toolCall(2, 'slow', {}), toolCall(3, 'quick', {})],
    [
      answer(4, 3, 'x'),
      record({ n: 5, ref: 2, kind: 'stream', st: 'down' }),
      record({ n: 6, kind: 'denied', st: 'denied' }),
    ],
    [answer(7, 1, 'x'), record({ n: 8, ref: 2, kind: 'orphan', st: 'orphan' })],
  ];
  const others: TailedShard[] = [];
  const stop = new AbortController();
  const seen: string[] = [];
  const events = tailEvents({
    shards: () =>
      Promise.resolve([
        { shard: 'a', source: fakeSource(records), earlier: (n) => Promise.resolve(records[n]) },
        ...others,
      ]),
    pause: () => {
      const more = coming.shift();
      if (more === undefined) stop.abort();
      records.push(...(more ?? []));
      return Promise.resolve();
    },
    signal: stop.signal,
  });
  for await (const event of events) seen.push(`${event.id} ${event.outcome}`);
  assert.deepEqual(seen, ['a:3 ok', 'a:6 denied', 'a:1 ok', 'a:2 orphan']);
});

test('all shards are followed, one that appears later from its start', async () => {
  const first: OpenedRecord[] = [record({ n: 0, kind: 'control', st: 'opened' })];
  const second = [record({ n: 0, kind: 'control', st: 'opened' }), toolCall(1, 'find', {}), answer(2, 1, 'x')];
  const stop = new AbortController();
  const seen: string[] = [];
  const shardOf = (shard: string, records: OpenedRecord[]): TailedShard => ({
    shard,
    source: fakeSource(records),
    earlier: () => Promise.resolve(undefined),
  });
  const shards = [shardOf('a', first)];
  let pauses = 0;
  const events = tailEvents({
    shards: () => Promise.resolve(shards),
    pause: () => {
      pauses += 1;
      if (pauses === 1) {
        first.push(record({ n: 1, kind: 'denied', st: 'denied' }));
        shards.push(shardOf('a-2', second));
      } else stop.abort();
      return Promise.resolve();
    },
    signal: stop.signal,
  });
  for await (const event of events) seen.push(event.id);
  assert.deepEqual(seen.toSorted(), ['a-2:0', 'a-2:1', 'a:1']);
});

test('the intent of a call begun before the tail is found by the index, or else in the ledger', async (t) => {
  const book = await indexedBook(t);
  const place = { dataDirectory: book.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const opened = openBook(nodeDisk, place);
  t.after(() => opened.close());
  const unindexed = await book.begin('later', {});
  const [shard] = await tailedShards(opened);
  for (const [n, name] of [
    [book.open, 'slow'],
    [unindexed, 'later'],
  ] as const)
    assert.equal((await shard?.earlier(n))?.header?.name, name);
});
