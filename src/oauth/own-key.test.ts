import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { readClientKey } from '#oauth/own-key.ts';

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' });

test('RSA, P-256 and Ed25519 keys sign as RS256, ES256 and EdDSA', () => {
  const keys = [
    [generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey, 'RSASSA-PKCS1-v1_5'],
    [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ECDSA'],
    [generateKeyPairSync('ed25519').privateKey, 'Ed25519'],
  ] as const;
  for (const [key, algorithm] of keys) {
    const read = readClientKey(pem(key));
    assert.ok(read.ok);
    assert.equal(read.value.algorithm.name, algorithm);
    assert.equal(read.value.extractable, false);
  }
});

test('what is no key, a weak one, or of another kind is refused', () => {
  assert.deepEqual(readClientKey('secret'), { ok: false, error: 'not_a_key' });
  const { publicKey } = generateKeyPairSync('ed25519');
  const open = publicKey.export({ format: 'pem', type: 'spki' });
  assert.deepEqual(readClientKey(open), { ok: false, error: 'not_a_key' });
  const weak = pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey);
  assert.deepEqual(readClientKey(weak), { ok: false, error: 'too_short' });
  const other = pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey);
  assert.deepEqual(readClientKey(other), { ok: false, error: 'kind' });
});
