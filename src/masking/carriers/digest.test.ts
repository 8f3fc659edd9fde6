import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDigests, isDigest } from '#masking/carriers/digest.ts';

const digests = createDigests(Buffer.alloc(32, 1));

test('a digest is the same for the same value and key, and another for any other', () => {
  const one = digests.opaque('a');
  assert.match(one, /^\[opaque:k1:[0-9a-v]{13}\]$/);
  assert.equal(digests.opaque('a'), one);
  assert.notEqual(digests.opaque('b'), one);
  assert.notEqual(createDigests(Buffer.alloc(32, 2)).opaque('a'), one);
});

test('the digest of media says its kind and size', () => {
  assert.match(digests.media('image', 'AAAA', 3), /^\[image:k1:[0-9a-v]{13}:3\]$/);
});

test('digests are recognised, and nothing else', () => {
  assert.ok(isDigest(digests.opaque('a')) && isDigest(digests.media('audio', 'a', 12)));
  for (const text of [
    '[opaque:k1:short]',
    `x${digests.opaque('a')}`,
    `${digests.opaque('a')}\n`,
    '[image:k1:0123456789abc]',
  ])
    assert.equal(isDigest(text), false, text);
});
