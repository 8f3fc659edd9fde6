import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endSession } from '#gateway/steps/end-session.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import { ADA, GRACE_TOKEN, connected, fakeGateway, repliedOf } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';
import { LATCHED, headerOf, shapeOf } from '#test/fakes/ledger.ts';

const owner = { caller: callerKey(ADA), connection: 'notes' };
function withSession() {
  const gateway = fakeGateway();
  const entry = { ...gateway.sessions.candidate(undefined, '2025-11-25'), upstreamId: 'upstream-session' };
  gateway.sessions.begin(owner, entry);
  const wireId = entry.wireId ?? '';
  const end = async (ask: Ask = {}) => {
    const call = await connected(gateway, { method: 'DELETE', headers: { 'mcp-session-id': wireId }, ...ask });
    await endSession(call, gateway);
    return repliedOf(call).sent.map((sent) => (sent.form === 'event' ? 'event' : `${sent.form} ${sent.status}`));
  };
  return { gateway, wireId, key: entry.key, end };
}

test("the end of a session is recorded, forgotten here and told to the server under the server's own id", async () => {
  const { gateway, wireId, key, end } = withSession();
  let knownWhenDurable = false;
  gateway.ledger.durable = () => void (knownWhenDurable = gateway.sessions.find(owner, wireId) !== undefined);
  assert.deepEqual(await end(), ['empty 204']);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control session_end']);
  assert.equal(headerOf(gateway.ledger.entries[0]).session, key);
  assert.equal(knownWhenDurable, true, 'the record comes before its effect');
  assert.equal(gateway.sessions.find(owner, wireId), undefined);
  const [request] = gateway.upstream.endedSessions;
  assert.equal(request?.gatewaySession, wireId);
  assert.deepEqual(request?.headers, [
    ['accept', '*/*'],
    ['mcp-session-id', 'upstream-session'],
  ]);
});

test('nobody ends a session of somebody else, or one they do not name exactly', async () => {
  for (const ask of [
    { token: GRACE_TOKEN },
    { connection: 'process' },
    { headers: {} },
    { headers: { 'mcp-session-id': 'x'.repeat(26) } },
  ]) {
    const { gateway, wireId, end } = withSession();
    assert.deepEqual(
      await end({ ...(ask.headers === undefined ? { headers: { 'mcp-session-id': wireId } } : {}), ...ask }),
      ['json 404'],
    );
    if (!('connection' in ask)) assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied unknown_session']);
    assert.deepEqual(gateway.upstream.endedSessions, []);
    assert.ok(gateway.sessions.find(owner, wireId));
  }
  const { gateway, wireId, end } = withSession();
  assert.deepEqual(await end({ headers: { 'mcp-session-id': [wireId, wireId] } }), ['json 404']);
  assert.ok(gateway.sessions.find(owner, wireId));
});

test('a session is not ended when that cannot be recorded', async () => {
  const { gateway, wireId, end } = withSession();
  gateway.ledger.refusing = (entry) => (entry === undefined ? undefined : LATCHED);
  assert.deepEqual(await end(), ['json 503']);
  assert.ok(gateway.sessions.find(owner, wireId));
  assert.deepEqual(gateway.upstream.endedSessions, []);
});

test('by which status a server says that the session ended is its own affair, and one it has lost has ended', async () => {
  for (const [said, told] of [
    [200, 200],
    [202, 202],
    [404, 204],
  ] as const) {
    const { gateway, end } = withSession();
    gateway.upstream.ending = ok(said);
    assert.deepEqual(await end(), [`empty ${told}`]);
  }
});

test('a server that ends no sessions is no reason to keep one, and is quoted', async () => {
  const { gateway, wireId, end } = withSession();
  gateway.upstream.ending = ok(405);
  assert.deepEqual(await end(), ['empty 405']);
  assert.equal(gateway.sessions.find(owner, wireId), undefined);
});

test('a server that cannot be told is an error in the book and on the wire', async () => {
  const { gateway, end } = withSession();
  gateway.upstream.ending = err({ code: 'upstream_unavailable', executed: 'unknown', reason: 'ECONNREFUSED' });
  assert.deepEqual(await end(), ['json 502']);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control session_end', 'denied upstream_unavailable']);
});

test('a server that refuses to end its session is not taken for one that did', async () => {
  const { gateway, end } = withSession();
  gateway.upstream.ending = ok(500);
  assert.deepEqual(await end(), ['json 502']);
});
