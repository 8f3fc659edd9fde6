import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FRAME_HEAD_BYTES, readFrame, readHead, sealFrame } from '#ledger/frame.ts';

function frame(body: Uint8Array, before = 0): Buffer {
  const bytes = Buffer.alloc(before + FRAME_HEAD_BYTES + body.length);
  bytes.set(body, before + FRAME_HEAD_BYTES);
  sealFrame(bytes, before, 'record', body.length);
  return bytes;
}

test('a sealed frame reads back wherever it stands', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 50 }), (body, before) => {
      const read = readFrame(frame(body, before), before);
      assert.equal(read?.type, 'record');
      assert.deepEqual(read.body, Buffer.from(body));
      assert.equal(read.end, before + FRAME_HEAD_BYTES + body.length);
    }),
  );
});

test('any one changed byte is noticed', () => {
  const good = frame(Buffer.from('some body'));
  for (let at = 0; at < good.length; at += 1) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0x10;
    assert.equal(readFrame(bad, 0), undefined, `byte ${at}`);
  }
});

test('a cut frame, zeros and reading past the end give no frame', () => {
  const good = frame(Buffer.from('some body'));
  for (let length = 0; length < good.length; length += 1)
    assert.equal(readFrame(good.subarray(0, length), 0), undefined);
  assert.equal(readHead(Buffer.alloc(64), 0), undefined);
  assert.equal(readHead(good, good.length - 3), undefined);
});
