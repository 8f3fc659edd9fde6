import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GrowingBytes } from '#mcp/growing-bytes.ts';

test('what is taken is what was appended, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 })), (pieces) => {
      const bytes = new GrowingBytes();
      for (const piece of pieces) bytes.append(piece);
      assert.equal(bytes.length, Buffer.concat(pieces).length);
      assert.deepEqual(bytes.take(), Buffer.concat(pieces));
    }),
  );
});

test('what was taken is not changed by what comes later', () => {
  const bytes = new GrowingBytes();
  bytes.append(Buffer.from('first'));
  const taken = bytes.take();
  assert.equal(bytes.length, 0);
  bytes.append(Buffer.from('other'));
  assert.equal(taken.toString(), 'first');
});
