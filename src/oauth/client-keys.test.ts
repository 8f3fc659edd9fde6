import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClientKeys } from '#oauth/client-keys.ts';

const keys = createClientKeys(Buffer.alloc(32, 7));

test('a secret is known again by its digest, and nothing else is', () => {
  const digest = keys.secretDigest('the secret').toString('hex');
  assert.equal(keys.isSecretOf(digest, 'the secret'), true);
  for (const shown of ['the secret ', '', digest]) assert.equal(keys.isSecretOf(digest, shown), false);
  for (const kept of ['', 'zz', digest.slice(2)]) assert.equal(keys.isSecretOf(kept, 'the secret'), false);
});

test('a digest says nothing without the key, nor of which kind of value it is', () => {
  const other = createClientKeys(Buffer.alloc(32, 8));
  assert.notDeepEqual(other.secretDigest('x'), keys.secretDigest('x'));
  assert.notDeepEqual(keys.sourceDigest('x'), keys.secretDigest('x'));
});
