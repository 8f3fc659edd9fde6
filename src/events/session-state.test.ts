import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionRow } from '#events/session-row.ts';
import { revokedSinceBy, sessionState } from '#events/session-state.ts';
import { beginTally } from '#events/session-tally.ts';

const NOW = 1_000_000;
const row = (changes: Partial<SessionRow> = {}): SessionRow => ({
  ...beginTally('s1', { n: 10, t: NOW - 500 }),
  last_n: 20,
  last_t: NOW - 100,
  caller_issuer: 'https://idp.example.com',
  caller_subject: 'ada',
  client_id: 'okta:1',
  tools: '[]',
  more_tools: 0,
  ...changes,
});
const never = () => false;
const at = { run: 5, revokedSince: never, nowMs: NOW, idleMs: 1_000 };

test('a session nothing ended is open, and idle when it is quiet for too long', () => {
  assert.equal(sessionState(row(), at), 'open');
  assert.equal(sessionState(row({ last_t: NOW - 1_000 }), at), 'open');
  assert.equal(sessionState(row({ last_t: NOW - 1_001 }), at), 'idle');
});

test('a start or stop after its last record ends a session, one before does not', () => {
  assert.equal(sessionState(row(), { ...at, run: 21 }), 'stopped');
  assert.equal(sessionState(row(), { ...at, run: 19 }), 'open');
});

test('what the client or the server ended stays so, whatever came later', () => {
  const later = { ...at, run: 99, revokedSince: () => true };
  assert.equal(sessionState(row({ ended: 'deleted' }), later), 'deleted');
  assert.equal(sessionState(row({ ended: 'ended_by_upstream' }), later), 'ended_by_upstream');
});

test('a revocation ends the sessions it covers that began before it, and no others', () => {
  const ada = JSON.stringify({ scope: 'caller', issuer: 'https://idp.example.com', subject: 'ada', epoch: 'x' });
  const eve = JSON.stringify({ scope: 'caller', issuer: 'https://idp.example.com', subject: 'eve', epoch: 'x' });
  const client = JSON.stringify({ scope: 'client', client: 'okta:1' });
  for (const [scope, t, isRevoked] of [
    [ada, NOW, true],
    [ada, NOW - 500, true],
    [ada, NOW - 501, false],
    [eve, NOW, false],
    [client, NOW, true],
    [JSON.stringify({ scope: 'client', client: 'okta:2' }), NOW, false],
    [JSON.stringify({ scope: 'all' }), NOW, true],
    [JSON.stringify({ scope: 'everyone else' }), NOW, false],
  ] as const) {
    const revokedSince = revokedSinceBy([{ t, scope }]);
    assert.equal(sessionState(row(), { ...at, revokedSince }), isRevoked ? 'revoked' : 'open', `${scope} at ${t}`);
  }
  assert.equal(revokedSinceBy([{ t: NOW, scope: client }])(row({ client_id: null })), false);
});

test('an earlier revocation of the same scope does not hide a later one', () => {
  const scope = JSON.stringify({ scope: 'all' });
  for (const times of [
    [1, NOW],
    [NOW, 1],
  ])
    assert.ok(revokedSinceBy(times.map((t) => ({ t, scope })))(row()));
});
