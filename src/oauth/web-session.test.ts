import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFresh, isOver } from '#oauth/web-session.ts';
import type { WebSession } from '#oauth/web-session.ts';

const session: WebSession = {
  digest: new Uint8Array(32),
  id: 's1',
  signIn: 'i1',
  beganAtMs: 1_000,
  usedAtMs: 2_000,
  freshAtMs: 1_000,
  endsAtMs: 10_000,
  network: '192.0.2.0/24',
  browser: 'Firefox on Linux',
};

test('a session is over when it was not used for so long, and at its end however much it is used', () => {
  assert.equal(isOver(session, 2_999, 1_000), false);
  assert.equal(isOver(session, 3_000, 1_000), true);
  assert.equal(isOver({ ...session, usedAtMs: 9_999 }, 9_999, 1_000), false);
  assert.equal(isOver({ ...session, usedAtMs: 9_999 }, 10_000, 1_000), true);
});

test('a proof is fresh for its time and not before it was given', () => {
  assert.equal(isFresh(session, 1_000, 500), true);
  assert.equal(isFresh(session, 1_499, 500), true);
  assert.equal(isFresh(session, 1_500, 500), false);
  assert.equal(isFresh(session, 999, 500), false);
});
