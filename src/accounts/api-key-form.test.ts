import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { hasApiKeyForm, makeApiKey } from '#accounts/api-key-form.ts';
import { found } from '#test/fakes/detect.ts';

const key = makeApiKey(randomBytes);

test('a key is its prefix, 43 digits and six of checksum, whatever the random bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const made = makeApiKey(() => bytes);
      assert.match(made, /^gbk_[0-9A-Za-z]{49}$/);
      assert.equal(hasApiKeyForm(made), true);
    }),
  );
});

test('all 256 bits are in a key: the smallest and the largest number come back', () => {
  assert.equal(makeApiKey(() => new Uint8Array(32)).slice(4, 47), '0'.repeat(43));
  const largest = makeApiKey(() => new Uint8Array(32).fill(0xff)).slice(4, 47);
  let value = 0n;
  for (const digit of largest)
    value = value * 62n + BigInt('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit));
  assert.equal(value, 2n ** 256n - 1n);
});

test('a key with any one character changed, cut or added has no form', () => {
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === 'x' ? 'y' : 'x';
    assert.equal(hasApiKeyForm(`${key.slice(0, at)}${other}${key.slice(at + 1)}`), false, `place ${at}`);
    assert.equal(hasApiKeyForm(`${key.slice(0, at)}${key.slice(at + 1)}`), false, `without place ${at}`);
  }
  for (const text of [`${key}x`, ` ${key}`, `${key}\n`, key.toUpperCase(), '', 'gbk_'])
    assert.equal(hasApiKeyForm(text), false, JSON.stringify(text));
});

test('a key that stands in a text is a finding, also when it was cut by a few characters', () => {
  for (const text of [key, key.slice(0, -3)]) assert.deepEqual(found('SECRET', `use ${text} for now`), [text]);
});
