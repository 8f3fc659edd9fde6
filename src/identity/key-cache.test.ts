import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { IssuerSettings } from '#identity/issuer.ts';
import { decodeCachedKeys, encodeCachedKeys } from '#identity/key-cache.ts';
import { LIMITS } from '#limits.ts';

const NOW = 1_800_000_000_000;
const SETTINGS: IssuerSettings = {
  namespace: 'idp',
  preset: 'generic',
  issuer: 'https://idp.example.com',
  audiences: [],
};
const { publicKey } = generateKeyPairSync('ed25519');
const JWKS = Buffer.from(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] }));
const decode = (text: string, settings = SETTINGS, nowMs = NOW): unknown =>
  decodeCachedKeys(text, settings, nowMs, LIMITS);

describe('stored keys of an issuer', () => {
  const stored = encodeCachedKeys(SETTINGS, JWKS, NOW - 1_000);

  it('come back with their age', () => {
    const cached = decodeCachedKeys(stored, SETTINGS, NOW, LIMITS);
    assert.equal(cached?.fetchedAtMs, NOW - 1_000);
    assert.equal(cached.keySet.keys.get('k')?.usable, true);
  });

  it('are not used for another issuer or another address of keys', () => {
    assert.equal(decode(stored, { ...SETTINGS, issuer: 'https://other.example.com' }), undefined);
    assert.equal(decode(stored, { ...SETTINGS, jwksUri: 'https://idp.example.com/keys' }), undefined);
  });

  it('are not used when stale or from the future', () => {
    assert.notEqual(decode(stored, SETTINGS, NOW - 1_000 + LIMITS.issuerKeysStaleMs), undefined);
    assert.equal(decode(stored, SETTINGS, NOW - 999 + LIMITS.issuerKeysStaleMs), undefined);
    assert.equal(decode(stored, SETTINGS, NOW - 1_001 - LIMITS.tokenClockSkewMs), undefined);
  });

  it('are not used when damaged, of another version, or not strict', () => {
    for (const text of [
      '',
      'x',
      'null',
      stored.slice(0, -10),
      stored.replace('"version":1', '"version":2'),
      stored.replace('{', '{"version":1,'),
      stored.replace(String(NOW - 1_000), '"x"'),
    ]) {
      assert.equal(decode(text), undefined, text.slice(0, 30));
    }
    assert.equal(decode(encodeCachedKeys(SETTINGS, Buffer.from('{"keys":[]}'), NOW)), undefined);
  });
});
