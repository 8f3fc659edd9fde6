import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { createApiKeyDigests } from '#accounts/api-key-digests.ts';

const SECRET = new Uint8Array(32).fill(7);

test('what is kept of a key is an HMAC-SHA-256 under a key derived for this alone', () => {
  const key = Buffer.from(hkdfSync('sha256', SECRET, '', 'gatebook api keys v1', 32));
  const expected = createHmac('sha256', key).update('digest').digest();
  assert.deepEqual(createApiKeyDigests(SECRET).digest('digest'), expected);
});

test('another deployment keeps another digest of the same key, and the id says nothing of the digest', () => {
  const own = createApiKeyDigests(SECRET);
  const other = createApiKeyDigests(new Uint8Array(32).fill(8));
  assert.notDeepEqual(own.digest('d'), other.digest('d'));
  assert.notEqual(own.id('d'), other.id('d'));
  assert.match(own.id('d'), /^[0-9a-f]{16}$/);
  assert.notEqual(own.id('d'), own.digest('d').toString('hex').slice(0, 16));
});
