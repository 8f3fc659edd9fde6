import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBase58Check } from '#masking/detectors/base58.ts';

test('an address with one character changed is none', () => {
  const address = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';
  assert.equal(isBase58Check(address), true);
  assert.equal(isBase58Check('3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'), true);
  for (let at = 1; at < address.length; at++) {
    const other = address[at] === 'z' ? 'y' : 'z';
    assert.equal(isBase58Check(`${address.slice(0, at)}${other}${address.slice(at + 1)}`), false);
  }
  assert.equal(isBase58Check(`${address}0`), false);
});
