import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revokedKeys } from '#accounts/revoked-keys.ts';
import { epochAt } from '#identity/epochs.ts';
import type { RevocationScope } from '#identity/revocation.ts';
import { LIMITS } from '#limits.ts';

const URL = 'https://mcp.example.com';
const NOW = 1_000_000;
const ended = (scope: RevocationScope) => revokedKeys({ scope, epochMs: epochAt(NOW, LIMITS) }, URL, LIMITS);

test('a revocation ends the keys made until it was made, of those it covers', () => {
  assert.deepEqual(ended({ scope: 'all' }), { of: 'all', madeUpToMs: NOW });
  assert.deepEqual(ended({ scope: 'caller', issuer: URL, subject: 'bot' }), {
    of: { account: 'bot' },
    madeUpToMs: NOW,
  });
  assert.deepEqual(ended({ scope: 'client', client: 'gatebook:bot' }), { of: { account: 'bot' }, madeUpToMs: NOW });
});

test('a revocation of somebody of another issuer who is called like an account ends no key', () => {
  assert.equal(ended({ scope: 'caller', issuer: 'https://acme.okta.com', subject: 'bot' }), undefined);
  assert.equal(ended({ scope: 'client', client: 'okta:bot' }), undefined);
});
