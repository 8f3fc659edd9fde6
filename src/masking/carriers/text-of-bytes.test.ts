import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { textOfBytes } from '#masking/carriers/text-of-bytes.ts';

test('text is read in the encodings that programs write it in', () => {
  const text = 'Grüße an ada@example.com';
  for (const encoding of ['utf8', 'utf16le', 'latin1'] as const)
    assert.deepEqual(textOfBytes(Buffer.from(text, encoding)), { text, encoding });
  assert.equal(
    textOfBytes(Buffer.from('\n\u0010ada@example.com\u0012\u0003abc'))?.encoding,
    'utf8',
    'a message of protobuf',
  );
});

test('bytes that are drawn or packed are no text', () => {
  for (let seed = 0; seed < 2_000; seed++) {
    const bytes = createHash('sha256').update(String(seed)).digest();
    assert.equal(textOfBytes(bytes), undefined, bytes.toString('hex'));
  }
  for (const bytes of [
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 2, 3],
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ])
    assert.equal(textOfBytes(Buffer.from(bytes)), undefined);
});
