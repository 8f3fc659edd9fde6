import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import { countHistogram, type HistogramRequest } from '#events/histogram.ts';
import { LIMITS } from '#limits.ts';
import { answer, NOON, record, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const HOUR = 3_600_000;

function book(t: TestContext): BookIndex {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', [
    toolCall(0, 'find', {}, {}, NOON - 30 * HOUR),
    answer(1, 0, 'x'),
    toolCall(2, 'find', {}, {}, NOON - 1),
    answer(3, 2, 'x'),
    record({ n: 4, kind: 'control', st: 'heartbeat', t: NOON - 2 }),
  ]);
  writeIndex(data, 'a-2', [toolCall(0, 'find', {}, {}, NOON - 3), answer(1, 0, 'x', {}, 'error')]);
  const index = openBookIndex(data);
  t.after(() => index.close());
  return index;
}

const histogram = (index: BookIndex, request: Partial<HistogramRequest>) =>
  countHistogram(index, { interval: 'auto', ...request }, { nowMs: NOON, limits: LIMITS });

test('events are counted by when they began and how they ended, over all shards', (t) => {
  const counted = histogram(book(t), { interval: '1h', since: '2d' });
  assert.deepEqual(counted.ok && counted.value.buckets, [
    { time: '2026-11-22T06:00:00.000Z', count: 1, outcomes: { ok: 1 } },
    { time: '2026-11-23T11:00:00.000Z', count: 3, outcomes: { error: 1, none: 1, ok: 1 } },
  ]);
});

test('auto takes an interval a screen can show, and any time has one', (t) => {
  const index = book(t);
  const chosen = (since: string | undefined): string => {
    const counted = histogram(index, { since });
    return counted.ok ? counted.value.interval : counted.error.message;
  };
  assert.deepEqual(['30m', '3h', '1d', '7d', '52w', undefined].map(chosen), ['1m', '5m', '15m', '6h', '7d', '6h']);
});

test('an interval that would give too many stretches is refused', (t) => {
  const counted = histogram(book(t), { interval: '1m', since: '7d' });
  assert.equal(counted.ok ? '' : counted.error.parameter, 'interval');
});

test('a filter counts only what it leaves', (t) => {
  const counted = histogram(book(t), { interval: '1d', since: '7d', filter: 'outcome eq "error"' });
  assert.deepEqual(counted.ok && counted.value.buckets.map(({ count }) => count), [1]);
});
