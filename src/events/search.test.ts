import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ALICE, NOON, ROBOT, answer, positionOf, record, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import type { Cursor } from '#events/cursor.ts';
import { describeFault } from '#events/event-query.ts';
import { indexDirectory } from '#events/index-files.ts';
import { openIndexStore } from '#events/index-store.ts';
import { type SearchRequest, searchEvents } from '#events/search.ts';
import { LIMITS } from '#limits.ts';

const HOUR = 3_600_000;
const OCTOBER = NOON - 40 * 24 * HOUR;

const RECORDS = [
  toolCall(0, 'find', { customer: 'Ada Lovelace' }, {}, OCTOBER),
  answer(1, 0, 'born in London'),
  toolCall(
    2,
    'delete_customer',
    { customer: 'Ada' },
    { caller: ROBOT, masking: [{ rule: 'r', type: 'SECRET', pointer: '/a', count: 1 }] },
    NOON - 2 * HOUR,
  ),
  answer(3, 2, 'no such customer', { code: 'upstream_invalid' }, 'error'),
  toolCall(4, 'find', { customer: 'Grace' }, {}, NOON - HOUR),
  record({ n: 5, kind: 'control', st: 'heartbeat', t: NOON }),
  record({
    n: 6,
    kind: 'denied',
    st: 'denied',
    t: NOON + 1,
    header: { caller: ALICE, method: 'tools/call', name: 'drop', reason: 'inner' },
  }),
];

function indexOf(t: TestContext): BookIndex {
  const data = temporaryDirectory(t);
  const { store } = openIndexStore({ directory: indexDirectory(data, 'a'), origin: 'acme/a', indexedTextBytes: 1_000 });
  store.apply(RECORDS, positionOf(RECORDS.length));
  store.close();
  return openBookIndex(data);
}

function indexed(t: TestContext): (request: SearchRequest) => string {
  const index = indexOf(t);
  return (request) => {
    const page = searchEvents(index, request, { nowMs: NOON, limits: LIMITS });
    if (!page.ok) return describeFault(page.error);
    assert.deepEqual(page.value.indexedThrough, { a: RECORDS.length });
    return page.value.hits.map(({ event }) => event.id).join(' ');
  };
}

test('events come newest first across months, or oldest first when asked', (t) => {
  const search = indexed(t);
  assert.equal(search({}), 'a:6 a:5 a:4 a:2 a:0');
  assert.equal(search({ order: 'oldest' }), 'a:0 a:2 a:4 a:5 a:6');
});

test('who, what, when and words narrow the same search', (t) => {
  const search = indexed(t);
  assert.equal(search({ filter: 'caller.subject eq "alice" and name eq "find"' }), 'a:4 a:0');
  assert.equal(search({ since: '90m' }), 'a:6 a:5 a:4');
  assert.equal(search({ since: '3h', until: '1h' }), 'a:2');
  assert.equal(search({ q: 'ada' }), 'a:2 a:0');
  assert.equal(search({ q: 'ada london' }), 'a:0');
  assert.equal(search({ q: '"no such customer"' }), 'a:2');
  assert.equal(search({ q: 'find' }), 'a:4 a:0');
  assert.equal(search({ q: 'customer', filter: 'outcome eq "error"', since: '1d' }), 'a:2');
  assert.equal(search({ q: 'ada', until: '1d' }), 'a:0');
});

test('pages joined by their cursors are the whole, without gap or repeat, in both orders', (t) => {
  const index = indexOf(t);
  for (const [order, whole] of [
    ['newest', 'a:6 a:5 a:4 a:2 a:0'],
    ['oldest', 'a:0 a:2 a:4 a:5 a:6'],
  ] as const) {
    for (const limit of [1, 2, 4, 5, 6]) {
      const ids: string[] = [];
      let after: Cursor | undefined;
      for (let pages = 0; pages < 10; pages++) {
        const page = searchEvents(index, { order, limit, after }, { nowMs: NOON, limits: LIMITS });
        assert.ok(page.ok);
        ids.push(...page.value.hits.map(({ event }) => event.id));
        after = page.value.next;
        if (after === undefined) break;
      }
      assert.equal(ids.join(' '), whole, `${order}, ${limit} a page`);
    }
  }
});

test('an event has exactly the documented attributes, and none it has no value for', (t) => {
  const index = indexOf(t);
  assert.deepEqual(index.eventOf('a', 3)?.event, {
    id: 'a:2',
    time: '2026-11-23T10:00:00.000Z',
    kind: 'intent',
    outcome: 'error',
    code: 'upstream_invalid',
    caller: ROBOT,
    connection: 'crm',
    session: 's1',
    method: 'tools/call',
    name: 'delete_customer',
    decision: { effect: 'allow', level: 'read', policy: '0123456789abcdef' },
    masking: [{ rule: 'r', type: 'SECRET', pointer: '/a', count: 1 }],
    durationMs: 12,
    intent: 'a:2',
    result: 'a:3',
    verified: false,
  });
  assert.deepEqual(index.eventOf('a', 5)?.event, {
    id: 'a:5',
    time: '2026-11-23T12:00:00.000Z',
    kind: 'control',
    code: 'heartbeat',
    verified: false,
  });
  assert.deepEqual(index.eventOf('a', 4)?.event.outcome, 'open');
  assert.equal(index.eventOf('a', 99), undefined);
});

test('what cannot be asked is answered with the parameter and what is expected', (t) => {
  const search = indexed(t);
  assert.match(search({ filter: 'nme eq "x"' }), /^filter: unknown attribute nme at offset 0; expected one of: id/);
  assert.match(search({ since: 'yesterday' }), /^since: expected a time/);
  assert.match(search({ until: '2026-02-30T00:00:00Z' }), /^until: expected a time/);
  assert.match(search({ limit: 0 }), /^limit: expected a whole number from 1 to 1000/);
  assert.match(search({ limit: 1.5 }), /^limit/);
  assert.match(search({ q: '--' }), /^q: the text holds no word/);
});

test('where there is no index there are no events, and indexedThrough says so', (t) => {
  const index = openBookIndex(temporaryDirectory(t));
  const page = searchEvents(index, {}, { nowMs: NOON, limits: LIMITS });
  assert.deepEqual(page, { ok: true, value: { hits: [], next: undefined, indexedThrough: {} } });
  assert.equal(index.eventOf('a', 0), undefined);
});
