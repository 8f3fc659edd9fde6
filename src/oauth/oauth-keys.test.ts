import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { digestToken } from '#identity/token-cache.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';

const keys = createOAuthKeys(Buffer.alloc(32, 7), randomBytes);
const others = createOAuthKeys(Buffer.alloc(32, 8), randomBytes);

it('a token is found by its SHA-256 alone, the same for both kinds of access token', () => {
  const byToken = keys.rowDigest('AccessToken', 'token');
  assert.deepEqual(keys.tokenDigest(digestToken('token')), byToken);
  assert.deepEqual(keys.rowDigest('ClientCredentials', 'token'), byToken);
});

it('nothing is found under the id of something else, nor with the key of another data directory', () => {
  const digests = [
    keys.rowDigest('AccessToken', 'id'),
    keys.rowDigest('RefreshToken', 'id'),
    keys.rowDigest('Grant', 'id'),
    keys.aliasDigest('user code', 'id'),
    keys.aliasDigest('session', 'id'),
    keys.sourceDigest('id'),
    keys.personDigest('id', ''),
    keys.personDigest('', 'id'),
    others.rowDigest('Grant', 'id'),
  ].map((digest) => digest.toString('hex'));
  assert.equal(new Set(digests).size, digests.length);
});

it('what is sealed for one row opens there and nowhere else, and not when it was touched', () => {
  const sealed = keys.seal('row', 'words');
  assert.equal(sealed.includes('words'), false);
  assert.equal(keys.open('row', sealed), 'words');
  assert.throws(() => keys.open('other row', sealed));
  assert.throws(() => others.open('row', sealed));
  for (const at of [0, 15, sealed.length - 1]) {
    const touched = Buffer.from(sealed);
    touched[at] = (touched[at] ?? 0) ^ 1;
    assert.throws(() => keys.open('row', touched), `byte ${at}`);
  }
  assert.throws(() => keys.open('row', sealed.subarray(0, 20)));
});

it('a grant is called by the beginning of its digest, and only what has that form is such a name', () => {
  const digest = keys.rowDigest('Grant', 'id');
  const name = keys.grantName(digest);
  assert.deepEqual(keys.grantPrefix(name), digest.subarray(0, 12));
  for (const other of ['', 'short', `${name}A`, `${name}=`, 'a'.repeat(200), '../../etc/passwd'])
    assert.equal(keys.grantPrefix(other), undefined, other);
});
