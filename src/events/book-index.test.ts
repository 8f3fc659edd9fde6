import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import type { Cursor } from '#events/cursor.ts';
import { FOREVER_MS, parseEventQuery } from '#events/event-query.ts';
import { TooCostly } from '#events/index-queries.ts';
import { LIMITS } from '#limits.ts';
import { answer, NOON, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const EVERYTHING = { match: undefined, filter: undefined, sinceMs: -FOREVER_MS, untilMs: FOREVER_MS };
const OCTOBER = NOON - 40 * 86_400_000;

/** Three shards, with events at the same millisecond and index in two of them. */
function threeShards(t: TestContext): BookIndex {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', [
    toolCall(0, 'x', {}, {}, OCTOBER),
    toolCall(1, 'x', {}, {}, NOON),
    toolCall(2, 'y', {}, {}, NOON + 2),
  ]);
  writeIndex(data, 'a-2', [
    toolCall(0, 'x', {}, {}, NOON - 5),
    toolCall(1, 'x', {}, {}, NOON),
    toolCall(2, 'x', {}, {}, NOON + 3),
  ]);
  writeIndex(data, 'b', [toolCall(0, 'x', {}, {}, NOON + 1), answer(1, 0, 'z')]);
  const index = openBookIndex(data);
  t.after(() => index.close());
  return index;
}

const OLDEST_FIRST = ['a:0', 'a-2:0', 'a:1', 'a-2:1', 'b:0', 'a:2', 'a-2:2'];

test('events of all shards come in one order of time, those of one moment by shard', (t) => {
  const index = threeShards(t);
  const ids = (order: 'newest' | 'oldest') =>
    index.page({ ...EVERYTHING, order, limit: 100 }).hits.map(({ event }) => event.id);
  assert.deepEqual(ids('oldest'), OLDEST_FIRST);
  assert.deepEqual(ids('newest'), OLDEST_FIRST.toReversed());
});

test('one cursor leads through all shards, without gap or repeat, at every size of page', (t) => {
  const index = threeShards(t);
  for (const order of ['oldest', 'newest'] as const) {
    for (const limit of [1, 2, 3, 6, 7, 8]) {
      const ids: string[] = [];
      let after: Cursor | undefined;
      do {
        const page = index.page({ ...EVERYTHING, order, after, limit });
        ids.push(...page.hits.map(({ event }) => event.id));
        after = page.next;
      } while (after !== undefined && ids.length < 50);
      assert.deepEqual(ids, order === 'oldest' ? OLDEST_FIRST : OLDEST_FIRST.toReversed(), `${order} ${limit}`);
    }
  }
});

test('a filter by record id finds it in its own shard only', (t) => {
  const query = parseEventQuery({ filter: 'id eq "a-2:1"' }, NOON, LIMITS);
  assert.ok(query.ok);
  const { hits } = threeShards(t).page({ ...query.value, order: 'oldest', limit: 9 });
  assert.deepEqual(
    hits.map(({ event }) => event.id),
    ['a-2:1'],
  );
});

test('an event is found by its shard; a name that is no shard is not looked for', (t) => {
  const index = threeShards(t);
  assert.equal(index.eventOf('b', 1)?.event.id, 'b:0');
  assert.equal(index.eventOf('c', 0), undefined);
  assert.equal(index.eventOf('../index/b', 0), undefined);
});

test('how far the index is, is said for each shard; one that appears later is there at the next question', (t) => {
  const data = temporaryDirectory(t);
  const index = openBookIndex(data);
  t.after(() => index.close());
  assert.deepEqual(index.indexedThrough(), {});
  writeIndex(data, 'a', [toolCall(0, 'x', {})]);
  writeIndex(data, 'a-2', [toolCall(0, 'x', {}), answer(1, 0, 'y')]);
  assert.deepEqual(index.indexedThrough(), { a: 1, 'a-2': 2 });
});

test('a question that looks at too much ends in the middle, and the next one is answered', (t) => {
  const data = temporaryDirectory(t);
  writeIndex(
    data,
    'a',
    Array.from({ length: 1_000 }, (_, n) => toolCall(n, 'x', {}, {}, NOON + n)),
  );
  let asked = 0;
  let isOver = true;
  const index = openBookIndex(data, () => {
    asked += 1;
    return isOver && asked > 2;
  });
  t.after(() => index.close());
  const nothing = parseEventQuery({ filter: 'client.name co "nowhere"' }, NOON, LIMITS);
  assert.ok(nothing.ok);
  const page = { ...nothing.value, order: 'newest', limit: 10 } as const;
  assert.throws(() => index.page(page), TooCostly);
  assert.equal(asked, 3);
  isOver = false;
  assert.deepEqual(index.page(page).hits, []);
});

test('it is asked for its budget however far apart the records of events lie', (t) => {
  for (const [stride, first] of [
    [2, 1],
    [4, 2],
    [64, 7],
    [256, 255],
  ] as const) {
    const data = temporaryDirectory(t);
    const events = Array.from({ length: 1_000 }, (_, at) => first + at * stride);
    writeIndex(
      data,
      'a',
      events.map((n) => toolCall(n, 'x', {}, {}, NOON + n)),
    );
    const index = openBookIndex(data, () => true);
    t.after(() => index.close());
    const nothing = parseEventQuery({ filter: 'client.name co "nowhere"' }, NOON, LIMITS);
    assert.ok(nothing.ok);
    const page = { ...nothing.value, order: 'oldest', limit: 10 } as const;
    assert.throws(() => index.page(page), TooCostly, `every ${stride} from ${first}`);
  }
});
