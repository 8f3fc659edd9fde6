import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  commitFrameBytes,
  decodeCommitBody,
  decodeRecordBody,
  pieceFault,
  recordFrameBytes,
  RECORD_LEAF_OFFSET,
  writeCommitFrame,
  writeRecordFrame,
} from '#ledger/body.ts';
import { readFrame } from '#ledger/frame.ts';
import { encodeLeaf } from '#ledger/leaf.ts';
import type { Leaf } from '#ledger/record.ts';

const leafOf = (pieces: readonly Buffer[]): Leaf => ({
  v: 1,
  n: 1,
  t: 2,
  kind: 'intent',
  call: 'a'.repeat(26),
  ref: null,
  st: 'open',
  hc: hash('sha256', 'h', 'base64'),
  pc: null,
  bc: pieces.map((piece) => hash('sha256', piece, 'base64')),
  mask: { n: 0 },
  pol: null,
});

function recordBody(pieces: readonly Buffer[]): Buffer {
  const leaf = encodeLeaf(leafOf(pieces));
  const bytes = Buffer.alloc(recordFrameBytes(leaf.length, pieces));
  assert.equal(writeRecordFrame(bytes, 0, leaf, pieces), bytes.length);
  assert.equal(bytes.toString('latin1', RECORD_LEAF_OFFSET, RECORD_LEAF_OFFSET + leaf.length), leaf);
  return readFrame(bytes, 0)?.body ?? assert.fail('no frame');
}

test('a record frame is exactly as long as announced and decodes to its leaf and pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 99 }), { minLength: 1, maxLength: 64 }), (raw) => {
      const pieces = raw.map((piece) => Buffer.from(piece));
      const decoded = decodeRecordBody(recordBody(pieces));
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value.leaf, leafOf(pieces));
      assert.deepEqual(decoded.value.pieces, pieces);
      assert.equal(pieceFault(decoded.value), undefined);
    }),
  );
});

test('a piece that does not hash to its entry is named, one that was removed is legal', () => {
  const decoded = decodeRecordBody(recordBody([Buffer.from('one'), Buffer.from('two')]));
  assert.ok(decoded.ok);
  assert.match(
    pieceFault({ ...decoded.value, pieces: [Buffer.from('one'), Buffer.from('twO')] }) ?? '',
    /piece 1 of record 1/,
  );
  assert.equal(pieceFault({ ...decoded.value, pieces: [Buffer.alloc(0), Buffer.from('two')] }), undefined);
});

test('no cut or changed record body makes the decoder throw or read past its end', () => {
  const good = recordBody([Buffer.from('one'), Buffer.from('two')]);
  for (let length = 0; length < good.length; length += 1)
    assert.equal(decodeRecordBody(good.subarray(0, length)).ok, false);
  assert.equal(decodeRecordBody(Buffer.concat([good, Buffer.of(0)])).ok, false);
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const bad = Buffer.from(good);
      bad[at] = byte;
      decodeRecordBody(bad);
    }),
  );
});

test('a commit frame decodes to its range and note, and impossible ranges are refused', () => {
  const note = Buffer.from('origin\n1\n');
  const bytes = Buffer.alloc(commitFrameBytes(note.length));
  assert.equal(writeCommitFrame(bytes, 0, 2 ** 40, 3, note), bytes.length);
  const body = readFrame(bytes, 0)?.body ?? assert.fail('no frame');
  assert.deepEqual(decodeCommitBody(body), { ok: true, value: { first: 2 ** 40, count: 3, note: 'origin\n1\n' } });
  const none = Buffer.from(body);
  none.writeUInt32LE(0, 8);
  assert.equal(decodeCommitBody(none).ok, false);
  const huge = Buffer.from(body);
  huge.fill(0xff, 0, 8);
  assert.equal(decodeCommitBody(huge).ok, false);
  assert.equal(decodeCommitBody(Buffer.alloc(5)).ok, false);
});
