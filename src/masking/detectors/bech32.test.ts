import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSegwitAddress } from '#masking/detectors/bech32.ts';

test('the addresses of BIP 173 and BIP 350 pass, and none with a character changed', () => {
  for (const address of [
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
  ]) {
    assert.equal(isSegwitAddress(address), true, address);
    assert.equal(
      isSegwitAddress(`${address.slice(0, 12)}${address[12] === 'q' ? 'p' : 'q'}${address.slice(13)}`),
      false,
    );
  }
  assert.equal(isSegwitAddress('bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'), false);
  assert.equal(isSegwitAddress('bc1'), false);
});
