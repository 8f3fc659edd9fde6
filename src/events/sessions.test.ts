import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { openBookIndex } from '#events/book-index.ts';
import type { Session, SessionPlace } from '#events/session-row.ts';
import { listSessions, type SessionsRequest, showSession } from '#events/sessions.ts';
import type { OpenedRecord } from '#events/source.ts';
import { LIMITS } from '#limits.ts';
import { ALICE, answer, NOON, record, ROBOT, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const DAY = 86_400_000;
const settings = { nowMs: NOON + DAY, limits: LIMITS };

function opened(t: TestContext, shards: Readonly<Record<string, readonly OpenedRecord[]>>) {
  const data = temporaryDirectory(t);
  for (const [shard, records] of Object.entries(shards)) writeIndex(data, shard, records);
  const index = openBookIndex(data);
  t.after(() => index.close());
  const page = (request: SessionsRequest = {}) => {
    const listed = listSessions(index, request, settings);
    assert.ok(listed.ok);
    return listed.value;
  };
  const ids = (request: SessionsRequest = {}): readonly string[] => page(request).sessions.map(({ id }) => id);
  return { index, page, ids, data };
}

const iso = (t: number): string => new Date(t).toISOString();

/** Sessions of one call each: `s<i>` begins at NOON + i. */
const short = (count: number, from = 0): readonly OpenedRecord[] =>
  Array.from({ length: count }, (_, i) =>
    toolCall(from + i, 'find', {}, { session: `s${from + i}`, caller: i % 2 === 0 ? ALICE : ROBOT }, NOON + from + i),
  );

test('pages of any size lead through all sessions of all shards, newest begun first and each once', (t) => {
  const { page, ids } = opened(t, {
    a: short(5),
    // Began at the same times as those of shard a.
    'a-2': short(5).map((one) => ({ ...one, header: { ...one.header, session: `t${one.leaf.n}` } })),
  });
  const all = ids();
  assert.deepEqual(all, ['t4', 's4', 't3', 's3', 't2', 's2', 't1', 's1', 't0', 's0']);
  for (const limit of [1, 2, 3, 7, 10]) {
    const seen: string[] = [];
    let after: SessionPlace | undefined;
    do {
      const one = page({ limit, after });
      seen.push(...one.sessions.map(({ id }) => id));
      assert.equal(one.unattributed === undefined, after !== undefined, 'counted on the first page alone');
      after = one.next;
    } while (after !== undefined && seen.length <= all.length);
    assert.deepEqual(seen, all);
  }
});

test('pages go on by caller, too, whose sessions lie elsewhere in the index', (t) => {
  const { page, ids } = opened(t, { a: short(6) });
  assert.deepEqual(ids({ caller: 'robot' }), ['s5', 's3', 's1']);
  const first = page({ caller: 'robot', limit: 2 });
  assert.deepEqual(ids({ caller: 'robot', limit: 2, after: first.next }), ['s1']);
});

test('sessions are found by connection, and by the name a client claims or the OAuth client of its token', (t) => {
  const { ids } = opened(t, {
    a: [
      toolCall(0, 'find', {}, { session: 'one', client: { name: 'inspector', id: 'okta:1' } }),
      toolCall(1, 'find', {}, { session: 'two', client: { name: 'other', id: 'okta:1' }, connection: 'notes' }),
    ],
  });
  assert.deepEqual(ids({ client: 'inspector' }), ['one']);
  assert.deepEqual(ids({ client: 'okta:1' }), ['two', 'one']);
  assert.deepEqual(ids({ client: 'okta:1', connection: 'crm' }), ['one']);
  assert.deepEqual(ids({ caller: 'nobody' }), []);
});

test('a time takes the sessions with a record in it: also the ones that began long before and go on long after', (t) => {
  const at = (n: number, session: string, time: number) => toolCall(n, 'find', {}, { session }, time);
  const records = [
    at(0, 'long', NOON - 40 * DAY),
    at(1, 'before', NOON - 2 * DAY),
    at(2, 'overnight', NOON - DAY + 1),
    at(3, 'overnight', NOON),
    at(4, 'within', NOON + 10),
    at(5, 'long', NOON + 2 * DAY),
    at(6, 'after', NOON + 2 * DAY),
  ];
  const { ids } = opened(t, { a: records });
  assert.deepEqual(ids({ since: iso(NOON), until: iso(NOON + DAY) }), ['within', 'overnight', 'long']);
  assert.deepEqual(ids({ since: iso(NOON + 1) }), ['after', 'within', 'long']);
  assert.deepEqual(ids({ until: iso(NOON - DAY) }), ['before', 'long']);
  assert.deepEqual(ids({ since: iso(NOON), until: iso(NOON + DAY), caller: 'alice' }), ['within', 'overnight', 'long']);
  assert.equal(listSessions(opened(t, {}).index, { since: 'yesterday' }, settings).ok, false);
});

test('a client that claims another name at each call is many sessions of one caller', (t) => {
  const calls = Array.from({ length: 30 }, (_, n) =>
    toolCall(n, 'find', {}, { session: `s${n}`, client: { name: `client-${n}`, id: 'okta:1' } }),
  );
  const { page } = opened(t, { a: calls });
  const { sessions, next } = page({ caller: 'alice', limit: 20 });
  assert.equal(new Set(sessions.map(({ client }) => client?.name)).size, 20);
  assert.ok(next !== undefined);
});

test('a session of two months is one', (t) => {
  const december = Date.UTC(2026, 11, 1);
  const { page, index } = opened(t, {
    a: [
      toolCall(0, 'find', {}, {}, december - 1),
      answer(1, 0, 'x', { session: 's1' }),
      toolCall(2, 'find', {}, {}, december),
    ],
  });
  const { sessions } = page();
  assert.deepEqual(
    sessions.map(({ calls, open }) => [calls, open]),
    [[2, 1]],
  );
  const shown = showSession(index, { id: 's1' }, settings);
  assert.ok(shown.ok);
  assert.deepEqual(
    shown.value?.hits.map(({ event }) => event.id),
    ['a:0', 'a:2'],
  );
});

test('the state of a session says what ended it, of whichever shard the record is', (t) => {
  const revoked = { detail: { scope: 'caller', issuer: ROBOT.issuer, subject: ROBOT.subject, epoch: 'x' } };
  const own = (n: number, session: string, caller = ALICE) =>
    toolCall(n, 'find', {}, { session, caller }, settings.nowMs - 60_000 + n);
  const { page } = opened(t, {
    a: [
      own(0, 'stopped'),
      record({ n: 1, kind: 'control', st: 'start' }),
      own(2, 'open'),
      own(3, 'deleted'),
      record({ n: 4, kind: 'control', st: 'session_end', header: { session: 'deleted' } }),
      own(5, 'revoked', ROBOT),
      toolCall(6, 'find', {}, { session: 'idle' }, NOON),
    ],
    b: [record({ n: 0, kind: 'control', st: 'revocation', header: revoked, t: settings.nowMs })],
  });
  const stated = page().sessions.map(({ id, state }: Session) => [id, state]);
  assert.equal(stated.length, 5);
  for (const [id, state] of stated) assert.equal(state, id);
});

test('a session shows its calls, refusals, messages and acts in order, page by page, and an unknown one is none', (t) => {
  const session = { session: 's1' };
  const { index } = opened(t, {
    a: [
      toolCall(0, 'find', {}),
      record({ n: 1, kind: 'stream', st: 'up', header: { ...session, method: 'notifications/progress' } }),
      answer(2, 0, 'x', session),
      record({ n: 3, kind: 'denied', st: 'denied', header: session }),
      toolCall(4, 'find', {}, { session: 'other' }),
      record({ n: 5, kind: 'control', st: 'session_end', header: session }),
    ],
  });
  const first = showSession(index, { id: 's1', limit: 3 }, settings);
  assert.ok(first.ok && first.value !== undefined);
  const { next, session: head } = first.value;
  const second = showSession(index, { id: 's1', limit: 3, after: next }, settings);
  assert.ok(second.ok && second.value !== undefined);
  assert.deepEqual(
    [...first.value.hits, ...second.value.hits].map(({ event }) => `${event.id} ${event.kind}`),
    ['a:0 intent', 'a:1 stream', 'a:3 denied', 'a:5 control'],
  );
  assert.deepEqual([second.value.next, head.state, head.messages, head.denied], [undefined, 'deleted', 1, 1]);
  assert.deepEqual(showSession(index, { id: 'none' }, settings), { ok: true, value: undefined });
  assert.equal(showSession(index, { id: 's1', limit: 0 }, settings).ok, false);
});
