import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import { documentHostOf, expiresAtMs, profileOf, standingOf } from '#oauth/registered-client.ts';
import type { ClientDecision } from '#oauth/registered-client.ts';
import { LIMITS } from '#limits.ts';

const METADATA: ClientMetadata = {
  name: 'Chat',
  redirects: [{ kind: 'web', uri: 'https://chat.example/cb', host: 'chat.example' }],
  auth: 'none',
  grants: ['authorization_code', 'refresh_token'],
  keys: [],
};
const POLICY: ClientPolicy = { domains: [], native: 'allow', others: 'approve' };
const decision = (is: ClientDecision['is'], of: ClientMetadata = METADATA): ClientDecision => ({
  is,
  profile: profileOf(of),
  atMs: 1,
  by: { issuer: 'https://issuer.example', subject: 'ada' },
  record: 'a:1',
});
const standing = (
  changes: { metadata?: ClientMetadata; decision?: ClientDecision },
  policy: Partial<ClientPolicy> = {},
) =>
  standingOf(
    { id: 'c1', kind: 'registered', metadata: METADATA, decision: undefined, ...changes },
    { ...POLICY, ...policy },
  );

test('an approval is for the name and the places that were looked at', () => {
  const approved = decision('approved');
  assert.deepEqual(standing({}), { is: 'waiting', wasApproved: false });
  assert.deepEqual(standing({ decision: approved }), { is: 'allowed' });
  const moved = {
    ...METADATA,
    redirects: [{ kind: 'web' as const, uri: 'https://evil.example/cb', host: 'evil.example' }],
  };
  for (const metadata of [
    { ...METADATA, name: 'Payroll' },
    moved,
    { ...METADATA, redirects: [...METADATA.redirects, ...moved.redirects] },
  ])
    assert.deepEqual(standing({ metadata, decision: approved }), { is: 'waiting', wasApproved: true });
  const otherPath = {
    ...METADATA,
    redirects: [{ kind: 'web' as const, uri: 'https://chat.example/cb2', host: 'chat.example' }],
  };
  assert.deepEqual(standing({ metadata: otherPath, decision: approved }), { is: 'allowed' });
});

test('a no holds whatever the client says next, and policy is above an approval', () => {
  const denied = { is: 'denied', by: 'admin' };
  assert.deepEqual(standing({ decision: decision('denied') }), denied);
  assert.deepEqual(standing({ metadata: { ...METADATA, name: 'New' }, decision: decision('denied') }), denied);
  assert.deepEqual(standing({ decision: decision('denied') }, { domains: ['chat.example'] }), denied);
  assert.deepEqual(standing({ decision: decision('approved') }, { others: 'deny' }), { is: 'denied', by: 'policy' });
});

test('only a document has a host that vouches', () => {
  assert.equal(documentHostOf({ id: 'https://claude.ai/c.json', kind: 'document' }), 'claude.ai');
  assert.equal(documentHostOf({ id: 'https://claude.ai/c.json', kind: 'registered' }), undefined);
});

test('a client lasts by what happened with it', () => {
  const { clientUnusedMs, clientWaitingMs, clientKeptMs } = LIMITS;
  const kept = {
    secretDigest: undefined,
    createdAtMs: 1_000,
    freshUntilMs: 0,
    fetchedAtMs: 0,
    usedAtMs: undefined,
    askedAtMs: undefined,
    decision: undefined,
  };
  assert.equal(expiresAtMs(kept, LIMITS), 1_000 + clientUnusedMs);
  assert.equal(expiresAtMs({ ...kept, askedAtMs: 2_000 }, LIMITS), 2_000 + clientWaitingMs);
  assert.equal(expiresAtMs({ ...kept, usedAtMs: 3_000 }, LIMITS), 3_000 + clientKeptMs);
  assert.equal(expiresAtMs({ ...kept, decision: decision('approved') }, LIMITS), 1 + clientKeptMs);
});
