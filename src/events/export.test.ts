import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBook } from '#events/book.ts';
import { csvHeader } from '#events/csv.ts';
import type { Event } from '#events/event.ts';
import { exportEvents, exportHead, type ExportRequest, spellEvent } from '#events/export.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { openBook as openRealBook } from '#test/fakes/book.ts';
import { indexBook, indexedBook } from '#test/fakes/indexed-book.ts';

const settings = { nowMs: Date.now(), limits: LIMITS };

async function exported(data: string, request: Partial<ExportRequest>): Promise<readonly Event[]> {
  const book = openBook(nodeDisk, { dataDirectory: data, deployment: 'acme', firstShard: 'a', masterKey: undefined });
  try {
    const events = exportEvents(book, { payloads: false, ...request }, settings);
    assert.ok(events.ok);
    return await Array.fromAsync(events.value);
  } finally {
    book.close();
  }
}

test('events of every shard come oldest first, verified, each from its own ledger', async (t) => {
  const book = await indexedBook(t);
  const other = await openRealBook(t, book.data, 'a-2');
  const n = await other.call('find', { customer: 'Grace' }, 'Hopper');
  await other.close();
  await indexBook(book.data, 'a-2');
  const events = await exported(book.data, { filter: 'name eq "find"', payloads: true });
  assert.deepEqual(
    events.map(({ id, verified, arguments: sent }) => [id, verified, sent]),
    [
      [`a:${book.first}`, true, { customer: 'Ada' }],
      [`a-2:${n}`, true, { customer: 'Grace' }],
    ],
  );
});

test('without the right to payloads there are none', async (t) => {
  const book = await indexedBook(t);
  for (const event of await exported(book.data, {})) assert.ok(!('arguments' in event) && !('answer' in event));
});

test('a request that cannot be read is a fault before anything is read', () => {
  const untouched = new Proxy({}, { get: () => assert.fail('something was read') }) as Parameters<
    typeof exportEvents
  >[0];
  const events = exportEvents(untouched, { filter: 'x', payloads: true }, settings);
  assert.equal(events.ok ? '' : events.error.parameter, 'filter');
});

test('lines are JSON or CSV with its head', () => {
  const event: Event = { id: 'a:1', time: 't', kind: 'control', verified: true };
  assert.deepEqual([exportHead('jsonl'), exportHead('csv')], ['', csvHeader()]);
  assert.equal(spellEvent(event, 'jsonl'), '{"id":"a:1","time":"t","kind":"control","verified":true}\n');
  assert.match(spellEvent(event, 'csv'), /^a:1,t,control,.*,true\r\n$/);
});
