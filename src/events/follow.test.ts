import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import { followEvents, type FollowPage, type FollowPosition, type FollowRequest } from '#events/follow.ts';
import type { OpenedRecord } from '#events/source.ts';
import { LIMITS } from '#limits.ts';
import { answer, NOON, record, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const SETTINGS = { nowMs: NOON, limits: LIMITS, stretchRecords: 3, isLate: () => false };

function page(index: BookIndex, request: FollowRequest, settings = SETTINGS): FollowPage {
  const followed = followEvents(index, request, settings);
  assert.ok(followed.ok);
  return followed.value;
}

/** Everything there is to have now, page by page. */
function drain(index: BookIndex, request: FollowRequest): { readonly ids: string[]; readonly next: FollowPosition } {
  const ids: string[] = [];
  let { after } = request;
  for (let turn = 0; turn < 1_000; turn += 1) {
    const { hits, next, more } = page(index, { ...request, after });
    ids.push(...hits.map(({ event }) => `${event.id} ${event.outcome ?? event.code}`));
    after = next;
    if (!more) return { ids, next };
  }
  return assert.fail('the pages do not end');
}

function opened(t: TestContext): { readonly data: string; readonly index: BookIndex } {
  const data = temporaryDirectory(t);
  const index = openBookIndex(data);
  t.after(() => index.close());
  return { data, index };
}

const BOOK: readonly OpenedRecord[] = [
  record({ n: 0, kind: 'control', st: 'opened' }),
  toolCall(1, 'slow', {}),
  toolCall(2, 'quick', { word: 'needle' }),
  answer(3, 2, 'done'),
  record({ n: 4, kind: 'denied', st: 'denied' }),
  toolCall(5, 'open', {}),
  answer(6, 1, 'at last'),
  record({ n: 7, ref: 5, kind: 'stream', st: 'down' }),
];

test('every event comes once, when it is complete, in the order of completion', (t) => {
  const { data, index } = opened(t);
  writeIndex(data, 'a', BOOK);
  for (const limit of [1, 2, 3, 100])
    assert.deepEqual(drain(index, { limit }).ids, ['a:0 opened', 'a:2 ok', 'a:4 denied', 'a:1 ok'], `${limit} a page`);
});

test('what completes later comes later, also when its index was built anew meanwhile', (t) => {
  const { data, index } = opened(t);
  writeIndex(data, 'a', BOOK);
  const { next } = drain(index, {});
  assert.deepEqual(drain(index, { after: next }).ids, []);
  rmSync(join(data, 'index'), { recursive: true });
  assert.deepEqual(drain(index, { after: next }).ids, []);
  writeIndex(data, 'a', [...BOOK, answer(8, 5, 'closed'), toolCall(9, 'new', {}), answer(10, 9, 'x')]);
  assert.deepEqual(drain(index, { after: next }).ids, ['a:5 ok', 'a:9 ok']);
});

test('what is not indexed yet is not passed over', (t) => {
  const { data, index } = opened(t);
  writeIndex(data, 'a', BOOK.slice(0, 3));
  const { ids, next } = drain(index, {});
  assert.deepEqual(ids, ['a:0 opened']);
  assert.deepEqual(next, { a: 3 });
  writeIndex(data, 'a', BOOK.slice(3));
  assert.deepEqual(drain(index, { after: next }).ids, ['a:2 ok', 'a:4 denied', 'a:1 ok']);
});

test('words and filter choose, and a stretch without a match costs a page, not an event', (t) => {
  const { data, index } = opened(t);
  const many = Array.from({ length: 40 }, (_, n) => [
    toolCall(2 * n, `tool${n}`, { word: `w${n}` }),
    answer(2 * n + 1, 2 * n, 'x'),
  ]);
  writeIndex(data, 'a', many.flat());
  assert.deepEqual(drain(index, { filter: 'name eq "tool37"' }).ids, ['a:74 ok']);
  assert.deepEqual(drain(index, { q: 'w12' }).ids, ['a:24 ok']);
  assert.deepEqual(drain(index, { q: 'w12', filter: 'name eq "tool13"' }).ids, []);
  const late = page(index, { filter: 'name eq "tool37"' }, { ...SETTINGS, isLate: () => true });
  assert.deepEqual([late.hits, late.more, late.next], [[], true, { a: 3 }]);
});

test('a call that began in another month is followed to its end', (t) => {
  const { data, index } = opened(t);
  const october = Date.UTC(2026, 9, 31, 23, 59, 59);
  writeIndex(data, 'a', [toolCall(0, 'old', {}, {}, october), toolCall(1, 'new', {}, {}, NOON)]);
  const { ids, next } = drain(index, {});
  assert.deepEqual(ids, []);
  writeIndex(data, 'a', [answer(2, 1, 'x'), answer(3, 0, 'x')]);
  assert.deepEqual(drain(index, { after: next }).ids, ['a:1 ok', 'a:0 ok']);
});

test('since begins at the first event of then, although the clock went back', (t) => {
  const { data, index } = opened(t);
  const at = (n: number, ms: number) => [toolCall(n, `t${n}`, {}, {}, NOON + ms), answer(n + 1, n, 'x')];
  writeIndex(data, 'a', [...at(0, 0), ...at(2, 100), ...at(4, 90), ...at(6, 110)]);
  const since = new Date(NOON + 90).toISOString();
  assert.deepEqual(drain(index, { since }).ids, ['a:2 ok', 'a:4 ok', 'a:6 ok']);
  assert.deepEqual(drain(index, { since: new Date(NOON + 9_999).toISOString() }), { ids: [], next: { a: 8 } });
});

test('of several shards each keeps its order, none is lost at the end of a page, and a new one is read from its start', (t) => {
  const { data, index } = opened(t);
  const calls = (from: number, shift: number) =>
    Array.from({ length: 6 }, (_, i) => from + 2 * i).flatMap((n) => [
      toolCall(n, 't', {}, {}, NOON + 10 * n + shift),
      answer(n + 1, n, 'x'),
    ]);
  writeIndex(data, 'a', calls(0, 0));
  writeIndex(data, 'a-2', calls(0, 5));
  const whole = ['0', '2', '4', '6', '8', '10'].flatMap((n) => [`a:${n} ok`, `a-2:${n} ok`]);
  for (const limit of [1, 2, 3, 5, 12, 13]) assert.deepEqual(drain(index, { limit }).ids, whole, `${limit} a page`);
  const { next } = drain(index, {});
  writeIndex(data, 'b', calls(0, 0).slice(0, 2));
  assert.deepEqual(drain(index, { after: next }).ids, ['b:0 ok']);
});
