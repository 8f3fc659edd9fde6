import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_ID, newestKey } from '#masking/operators/keys.ts';

const [first, second, tenth] = [1, 2, 10].map((byte) => Buffer.alloc(32, byte)) as [Buffer, Buffer, Buffer];

test('the key with the highest number makes tokens, whatever the order of the file', () => {
  assert.deepEqual(newestKey(first, new Map()), { id: 'k1', key: first });
  const further = new Map([
    ['k10', tenth],
    ['k2', second],
  ]);
  assert.deepEqual(newestKey(first, further), { id: 'k10', key: tenth });
});

test('a key has a number and no leading zero', () => {
  assert.ok(KEY_ID.test('k2') && KEY_ID.test('k10'));
  for (const id of ['k0', 'k02', 'K2', '2', 'k', 'k2 ']) assert.equal(KEY_ID.test(id), false, id);
});
