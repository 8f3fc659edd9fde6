import assert from 'node:assert/strict';
import { it } from 'node:test';
import { GATEWAY_CALLER } from '#identity/caller.ts';
import { asVerified } from '#identity/verified-caller.ts';

it('a verified caller is the very facts that were verified', () => {
  const facts = { caller: GATEWAY_CALLER, expiresAtMs: 2, issuedAtMs: 1, tokenDigest: 'd' };
  assert.equal(asVerified(facts), facts);
});
