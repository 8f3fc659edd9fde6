import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseIssuerDocument, readKeySet } from '#identity/jwks.ts';
import { LIMITS } from '#limits.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const jwk = (key: KeyObject, more: object = {}): Record<string, unknown> => ({
  ...key.export({ format: 'jwk' }),
  ...more,
});
const GOOD = jwk(rsa.publicKey, { kid: 'good' });

const read = (...keys: unknown[]): ReturnType<typeof readKeySet> =>
  readKeySet(Buffer.from(JSON.stringify({ keys })), LIMITS);
const faultOf = (result: ReturnType<typeof readKeySet>): string => (result.ok ? 'read' : result.error);
/** What becomes of a key published beside a good one. */
const fate = (key: unknown): string => {
  const result = read(GOOD, key);
  if (!result.ok) return result.error;
  const found = result.value.keys.get('k');
  if (found === undefined) return 'skipped';
  return found.usable ? `usable ${found.algorithm ?? 'for any'}` : found.fault;
};

describe('JWK Set', () => {
  it('gives each signing key under its kid', () => {
    assert.equal(fate(jwk(p256.publicKey, { kid: 'k' })), 'usable for any');
    assert.equal(
      fate(jwk(p256.publicKey, { kid: 'k', use: 'sig', alg: 'ES256', key_ops: ['verify'] })),
      'usable ES256',
    );
  });

  it('keeps keys that are not for verifying out', () => {
    assert.equal(fate(jwk(rsa.publicKey, { kid: 'k', use: 'enc' })), 'skipped');
    assert.equal(fate(jwk(rsa.publicKey, { kid: 'k', key_ops: ['encrypt'] })), 'skipped');
    assert.equal(fate(jwk(rsa.publicKey, {})), 'skipped');
    assert.equal(fate({ ...jwk(rsa.publicKey), kid: 7 }), 'skipped');
    assert.equal(fate(null), 'skipped');
  });

  it('remembers weak, secret, published private and unreadable keys as unusable', () => {
    assert.equal(fate(jwk(weak.publicKey, { kid: 'k' })), 'key_too_weak');
    assert.equal(fate({ kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'HS256' }), 'key_refused');
    assert.equal(fate(jwk(rsa.privateKey, { kid: 'k' })), 'key_refused');
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      assert.equal(fate(jwk(rsa.publicKey, { kid: 'k', [member]: 'AQAB' })), 'key_refused', member);
    assert.equal(fate({ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'k' }), 'key_refused');
    assert.equal(fate({ kty: 'RSA', n: 1, e: 'AQAB', kid: 'k' }), 'key_refused');
    assert.equal(fate({ kty: 'constructor', kid: 'k' }), 'key_refused');
    assert.equal(fate({ kid: 'k' }), 'key_refused');
  });

  it('refuses a key whose alg is unknown or does not fit its type', () => {
    assert.equal(fate(jwk(rsa.publicKey, { kid: 'k', alg: 'HS256' })), 'key_refused');
    assert.equal(fate(jwk(rsa.publicKey, { kid: 'k', alg: 'ES256' })), 'key_refused');
    assert.equal(fate(jwk(p256.publicKey, { kid: 'k', alg: 'ES384' })), 'key_refused');
  });

  it('is refused as a whole when one kid names two keys', () => {
    assert.equal(fate(jwk(p256.publicKey, { kid: 'good' })), 'duplicate_kid');
    assert.equal(fate(GOOD), 'duplicate_kid');
    assert.equal(fate(jwk(p256.publicKey, { kid: 'good', use: 'enc' })), 'skipped');
  });

  it('is refused without a usable key, so that an emptied document does not replace good keys', () => {
    assert.equal(faultOf(read()), 'no_usable_key');
    assert.equal(faultOf(read(jwk(weak.publicKey, { kid: 'k' }))), 'no_usable_key');
  });

  it('is refused when it is not strict JSON, no key set, or has too many keys', () => {
    const text = (value: string): string => faultOf(readKeySet(Buffer.from(value), LIMITS));
    assert.equal(text('<html>'), 'not_json');
    assert.equal(text('[]'), 'not_json');
    assert.equal(text('{"keys":[],"keys":[]}'), 'not_json');
    assert.equal(text('{}'), 'not_a_key_set');
    assert.equal(text('{"keys":{}}'), 'not_a_key_set');
    assert.equal(faultOf(read(...Array.from({ length: LIMITS.issuerKeys + 1 }, () => ({})))), 'too_many_keys');
    assert.equal(parseIssuerDocument(Buffer.from('"x"'), LIMITS), undefined);
  });

  it('has a fingerprint that changes with its keys and not with their order', () => {
    const print = (...keys: unknown[]): string => {
      const result = read(...keys);
      return result.ok ? result.value.fingerprint : assert.fail(result.error);
    };
    const other = jwk(p256.publicKey, { kid: 'k' });
    assert.equal(print(GOOD, other), print(other, GOOD));
    assert.notEqual(print(GOOD), print(GOOD, other));
    assert.notEqual(print(GOOD), print({ ...GOOD, kid: 'renamed' }));
    assert.notEqual(print(GOOD), print({ ...GOOD, alg: 'RS256' }));
  });
});
