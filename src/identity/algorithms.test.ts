import assert from 'node:assert/strict';
import { constants, createPublicKey, createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { CompactSign, compactVerify } from 'jose';
import { ALGORITHMS, isAlgorithm, keyFits, keyStrength, verifySignature } from '#identity/algorithms.ts';
import type { Algorithm } from '#identity/algorithms.ts';
import { LIMITS } from '#limits.ts';

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const ed25519 = generateKeyPairSync('ed25519');
const pairOf = (algorithm: Algorithm): Pair => {
  if (algorithm === 'EdDSA') return ed25519;
  if (algorithm === 'ES256') return p256;
  return algorithm === 'ES384' ? p384 : rsa;
};

/** Signed by jose, which shares nothing with the code under test but OpenSSL. */
async function signed(
  algorithm: Algorithm,
  payload: Uint8Array,
): Promise<{ input: Buffer; signature: Buffer; token: string }> {
  const token = await new CompactSign(payload)
    .setProtectedHeader({ alg: algorithm })
    .sign(pairOf(algorithm).privateKey);
  const end = token.lastIndexOf('.');
  return { input: Buffer.from(token.slice(0, end)), signature: Buffer.from(token.slice(end + 1), 'base64url'), token };
}

describe('signature algorithms', () => {
  it('know neither none nor anything symmetric', () => {
    for (const name of ['none', 'HS256', 'HS384', 'HS512', 'toString', 'constructor', '__proto__', 'RS1'])
      assert.equal(isAlgorithm(name), false, name);
    assert.ok(ALGORITHMS.every(isAlgorithm));
  });

  it('agree with jose on good signatures, on changed ones and on those of another algorithm', async () => {
    const algorithm = fc.constantFrom(...ALGORITHMS);
    await fc.assert(
      fc.asyncProperty(
        algorithm,
        algorithm,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (made, asked, payload, at, bit) => {
          const { input, signature, token } = await signed(made, payload);
          const { publicKey } = pairOf(made);
          assert.equal(verifySignature(made, publicKey, input, signature), true);
          const taken = asked === made ? true : verifySignature(asked, publicKey, input, signature);
          assert.equal(taken, asked === made, `${made} taken for ${asked}`);
          const changed = Buffer.from(signature);
          changed[at % changed.length]! ^= 1 << bit;
          assert.equal(verifySignature(made, publicKey, input, changed), false);
          const changedToken = `${token.slice(0, token.lastIndexOf('.'))}.${changed.toString('base64url')}`;
          await assert.rejects(compactVerify(changedToken, publicKey));
          await compactVerify(token, publicKey);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('take raw r‖s of exact length, never DER, for ECDSA', async () => {
    for (const [algorithm, pair, hash] of [
      ['ES256', p256, 'sha256'],
      ['ES384', p384, 'sha384'],
    ] as const) {
      const input = Buffer.from('a.b');
      const raw = sign(hash, input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
      assert.equal(verifySignature(algorithm, pair.publicKey, input, raw), true);
      assert.equal(verifySignature(algorithm, pair.publicKey, input, sign(hash, input, pair.privateKey)), false);
      assert.equal(verifySignature(algorithm, pair.publicKey, input, Buffer.concat([raw, Buffer.alloc(2)])), false);
      assert.equal(verifySignature(algorithm, pair.publicKey, input, Buffer.alloc(raw.length)), false);
      assert.equal(verifySignature(algorithm, pair.publicKey, input, Buffer.alloc(0)), false);
    }
  });

  it('take no ES256 signature made with a P-384 key', () => {
    const input = Buffer.from('a.b');
    const raw = sign('sha256', input, { key: p384.privateKey, dsaEncoding: 'ieee-p1363' });
    assert.equal(verifySignature('ES256', p384.publicKey, input, raw), false);
    assert.equal(keyFits('ES256', p384.publicKey), false);
    assert.equal(keyFits('ES384', p256.publicKey), false);
    assert.equal(keyFits('RS256', p256.publicKey), false);
    assert.equal(keyFits('ES256', rsa.publicKey), false);
    assert.equal(keyFits('EdDSA', p256.publicKey), false);
  });

  it('take a PSS signature only with a salt as long as the hash', () => {
    const input = Buffer.from('a.b');
    const pss = (saltLength: number): Buffer =>
      sign('sha256', input, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    assert.equal(verifySignature('PS256', rsa.publicKey, input, pss(32)), true);
    assert.equal(verifySignature('PS256', rsa.publicKey, input, pss(0)), false);
    assert.equal(verifySignature('PS256', rsa.publicKey, input, pss(64)), false);
  });
});

describe('strength of a key', () => {
  it('is enough from 2048 bits of RSA, on the two curves and for Ed25519', () => {
    for (const { publicKey } of [rsa, p256, p384, ed25519]) assert.equal(keyStrength(publicKey, LIMITS), 'ok');
  });

  it('is too little for short RSA keys and for the exponent 1, which every signature satisfies', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    assert.equal(keyStrength(short.publicKey, LIMITS), 'key_too_weak');
    const { n } = rsa.publicKey.export({ format: 'jwk' });
    const one = createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: 'AQ' }, format: 'jwk' });
    assert.equal(keyStrength(one, LIMITS), 'key_too_weak');
  });

  it('does not matter for keys of other curves, private and secret keys: they are refused', () => {
    assert.equal(keyStrength(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, LIMITS), 'key_refused');
    assert.equal(keyStrength(generateKeyPairSync('ed448').publicKey, LIMITS), 'key_refused');
    assert.equal(keyStrength(rsa.privateKey, LIMITS), 'key_refused');
    assert.equal(keyStrength(createSecretKey(Buffer.alloc(64)), LIMITS), 'key_refused');
    assert.equal(keyStrength(rsa.publicKey, { rsaModulusBitsMin: 512, rsaModulusBitsMax: 1024 }), 'key_refused');
  });
});
