import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getSession, listSessions, Session } from '#api/contract/sessions.ts';

test('what is no id of a session, no number and no parameter is refused', () => {
  for (const id of ['', 'UPPER', 'a/b', 'x'.repeat(65)])
    assert.equal(getSession.params.safeParse({ id }).success, false);
  assert.ok(getSession.params.safeParse({ id: 'abcdefghijklmnopqrstuvwxyz' }).success);
  for (const query of [{ limit: '0' }, { limit: '1e3' }, { since: 'x'.repeat(65) }, { caller: 'x'.repeat(1_025) }])
    assert.equal(listSessions.query.strict().safeParse(query).success, false);
  assert.equal(listSessions.query.strict().safeParse({ filter: 'x' }).success, false);
});

test('a session gives nothing that is not described', () => {
  const session = {
    id: 's1',
    shard: 'a',
    record: 'a:0',
    era: 'modern',
    first: '2026-11-23T12:00:00.000Z',
    last: '2026-11-23T12:00:00.000Z',
    state: 'open',
    calls: 1,
    open: 0,
    denied: 0,
    errors: 0,
    toolErrors: 0,
    messages: 0,
    bytes: 0,
    tools: [],
    moreTools: false,
  };
  assert.ok(Session.safeParse(session).success);
  assert.equal(Session.safeParse({ ...session, arguments: {} }).success, false);
  assert.equal(Session.safeParse({ ...session, state: 'unknown' }).success, false);
});
