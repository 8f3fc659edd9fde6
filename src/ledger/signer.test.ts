import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSigner } from '#ledger/signer.ts';

test('the public key is the one of RFC 8032 section 7.1 test 1, and the signature line carries its id', () => {
  const signer = createSigner(
    'acme/a',
    Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  );
  const encoded = signer.vkey.split('+').slice(2).join('+');
  assert.equal(
    Buffer.from(encoded, 'base64').toString('hex'),
    '01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
  const note = signer.sign({ origin: 'acme/a', size: 0, root: Buffer.alloc(32) });
  const line = /— acme\/a (\S+)\n$/.exec(note)?.[1] ?? '';
  assert.equal(Buffer.from(line, 'base64').subarray(0, 4).toString('hex'), signer.vkey.split('+')[1]);
});

test('an origin that is not deployment and shard is refused', () => {
  for (const origin of ['acme', 'Acme/a', 'a/b/c', '/a', 'a b/c', `${'x'.repeat(64)}/a`])
    assert.throws(() => createSigner(origin, Buffer.alloc(32)), RangeError);
});
