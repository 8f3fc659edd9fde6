import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { it } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import { deriveSigningKey } from '#signin/signing-key.ts';

it('one secret gives one key, which signs what its public half verifies, under the name it should have', async () => {
  const key = deriveSigningKey(Buffer.alloc(32, 7));
  assert.deepEqual(deriveSigningKey(Buffer.alloc(32, 7)), key);
  assert.notEqual(deriveSigningKey(Buffer.alloc(32, 8)).d, key.d);
  const { d: _, ...publicKey } = key;
  const message = Buffer.from('message');
  const signature = sign('sha256', message, createPrivateKey({ key, format: 'jwk' }));
  assert.equal(verify('sha256', message, createPublicKey({ key: publicKey, format: 'jwk' }), signature), true);
  assert.equal(await calculateJwkThumbprint(publicKey), key.kid);
});
