import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createKeyedDigest } from '#masking/operators/keyed-digest.ts';

test('the digest of a text is its HMAC-SHA-256, whatever was asked before', () => {
  const key = fc.uint8Array({ maxLength: 80 });
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\ud800', '漢'.repeat(256), '漢'.repeat(257), 'a'.repeat(3_000)),
  );
  fc.assert(
    fc.property(key, fc.array(text, { minLength: 1, maxLength: 4 }), (bytes, texts) => {
      const digest = createKeyedDigest(bytes);
      for (const one of texts)
        assert.equal(digest(one), createHmac('sha256', bytes).update(one).digest('latin1'), one.slice(0, 20));
    }),
    { numRuns: 500 },
  );
});
