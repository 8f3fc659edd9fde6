import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSeal } from '#oauth/seal.ts';
import { openTokens, sealTokens, UPSTREAM_SEAL } from '#signin/providers/upstream-tokens.ts';

const seal = createSeal(Buffer.alloc(32, 1), UPSTREAM_SEAL, randomBytes);

test('the issuer’s tokens open for their own sign-in and no other', () => {
  for (const tokens of [
    { refresh: 'refresh-1', access: undefined, sub: '00u1' },
    { refresh: undefined, access: 'access-1', sub: '00u1' },
  ]) {
    const sealed = sealTokens(seal, tokens, 'sign-in-1');
    assert.deepEqual(openTokens(seal, sealed, 'sign-in-1'), tokens);
    assert.equal(openTokens(seal, sealed, 'sign-in-2'), undefined);
    assert.doesNotMatch(sealed.toString('latin1'), /refresh-1|access-1|00u1/);
  }
});
