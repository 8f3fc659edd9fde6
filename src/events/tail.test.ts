import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, fakeSource, record, toolCall } from '#test/fakes/event-records.ts';
import { tailEvents } from '#events/tail.ts';

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
  const stop = new AbortController();
  const seen: string[] = [];
  const events = tailEvents({
    source: fakeSource(records),
    shard: 'a',
    earlier: (n) => Promise.resolve(records[n]),
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
