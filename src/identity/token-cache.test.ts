import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { GATEWAY_CALLER } from '#identity/caller.ts';
import type { CachedToken } from '#identity/token-cache.ts';
import { createTokenCache, digestToken } from '#identity/token-cache.ts';
import { asVerified } from '#identity/verified-caller.ts';

const entry = (bytes: number): CachedToken => ({
  verified: asVerified({ caller: GATEWAY_CALLER, expiresAtMs: 1, issuedAtMs: 0, tokenDigest: 'x' }),
  audiences: [],
  generation: 1,
  bytes,
});

describe('token cache', () => {
  it('is keyed by the SHA-256 of the exact text', () => {
    assert.equal(digestToken('a.b.c'), createHash('sha256').update('a.b.c').digest('base64url'));
    assert.notEqual(digestToken('a.b.c'), digestToken('a.b.c='));
  });

  it('gives back what was put in until it is deleted', () => {
    const cache = createTokenCache({ tokenCacheEntries: 2, tokenCacheBytes: 100 });
    const kept = entry(1);
    cache.set('a', kept);
    assert.equal(cache.get('a'), kept);
    cache.delete('a');
    cache.delete('a');
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.size, 0);
  });

  it('drops the least recently used entry when there are too many', () => {
    const cache = createTokenCache({ tokenCacheEntries: 2, tokenCacheBytes: 100 });
    cache.set('a', entry(1));
    cache.set('b', entry(1));
    cache.get('a');
    cache.set('c', entry(1));
    assert.equal(cache.get('b'), undefined);
    assert.ok(cache.get('a') !== undefined && cache.get('c') !== undefined);
  });

  it('drops entries until the bytes fit, and keeps count when one is replaced', () => {
    const cache = createTokenCache({ tokenCacheEntries: 100, tokenCacheBytes: 100 });
    for (let round = 0; round < 10; round += 1) cache.set('a', entry(60));
    assert.equal(cache.size, 1);
    cache.set('b', entry(40));
    assert.equal(cache.size, 2);
    cache.set('c', entry(1));
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.size, 2);
    cache.set('d', entry(101));
    assert.equal(cache.get('d'), undefined);
    assert.equal(cache.size, 2);
  });
});
