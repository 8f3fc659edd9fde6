import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { ByteReader } from '#ledger/verify/byte-reader.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { readFrame } from '#ledger/verify/frames.ts';
import { frame } from '#test/golden/build.ts';

const read = (bytes: Buffer, offset = 0) =>
  readFrame(
    new ByteReader({
      bytes: bytes.length,
      read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
      close: () => Promise.resolve(),
    }),
    offset,
  );
const what = async (bytes: Buffer): Promise<string> => {
  const found = await read(bytes);
  return found.kind === 'damaged' ? found.what : found.kind;
};
/** A head that says what it likes, with a right CRC of itself. */
function head(type: number, length: number, reserved = 0): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt8(type);
  bytes.writeUIntLE(reserved, 1, 3);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

test('a good frame gives its type, its body and where it ends', async () => {
  const bytes = Buffer.concat([Buffer.alloc(3, 9), frame('C', Buffer.from('body')), Buffer.alloc(20)]);
  const found = await read(bytes, 3);
  assert.ok(found.kind === 'frame');
  assert.deepEqual([found.type, found.body.toString(), found.end], ['commit', 'body', 23]);
  assert.equal((await read(bytes, 23)).kind, 'zero');
});

test('a flipped bit anywhere in a frame is damage', async () => {
  const good = frame('R', Buffer.from('record'));
  for (let at = 0; at < good.length; at += 1) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0x10;
    assert.equal((await read(bad)).kind, 'damaged', `byte ${at}`);
  }
});

test('a length above the bound of its type is refused before anything is read', async () => {
  assert.match(await what(head(0x48, BOUNDS.headerBodyBytes + 1)), /longer than allowed/);
  assert.match(await what(head(0x52, 0xffffffff)), /longer than allowed/);
  assert.match(await what(head(0x43, BOUNDS.commitBodyBytes + 1)), /longer than allowed/);
});

test('an unknown type, reserved bytes and a frame beyond the end of the file are damage', async () => {
  assert.match(await what(head(0x53, 0)), /unknown frame type 0x53/);
  assert.match(await what(head(0x52, 0, 1)), /reserved/);
  assert.match(await what(head(0x52, 5)), /ends inside the body/);
  assert.match(await what(Buffer.from([1, 2, 3])), /inside a frame head/);
  assert.equal(await what(Buffer.alloc(3)), 'zero');
});
