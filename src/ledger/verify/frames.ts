/**
 * The frame of docs/ledger-format.md section 2: type, reserved zeros, length, CRC of the body, CRC of the head, body.
 * Says what is at an offset; does not know what a body means.
 */
import { crc32 } from 'node:zlib';
import type { ByteReader } from '#ledger/verify/byte-reader.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';

export const MAGIC = Buffer.from('GBSEG01\n', 'ascii');
export const FRAME_HEAD_BYTES = 16;

export type FrameType = 'header' | 'record' | 'commit';

const TYPES: ReadonlyMap<number, { readonly type: FrameType; readonly bodyBytesMax: number }> = new Map([
  [0x48, { type: 'header', bodyBytesMax: BOUNDS.headerBodyBytes }],
  [0x52, { type: 'record', bodyBytesMax: BOUNDS.recordBodyBytes }],
  [0x43, { type: 'commit', bodyBytesMax: BOUNDS.commitBodyBytes }],
]);

export type FrameRead =
  /** The 16 bytes of a head are zero (or what is left of the file is shorter and zero): no frame here. */
  | { readonly kind: 'zero' }
  /** `body` is valid until the reader's next call. `end` is the offset just after the frame. */
  | { readonly kind: 'frame'; readonly type: FrameType; readonly body: Buffer; readonly end: number }
  | { readonly kind: 'damaged'; readonly what: string };

export type FrameHead = { readonly type: FrameType; readonly bodyBytes: number; readonly bodyCrc: number };

/** Checks the 16 bytes of a head; a string says what is wrong with them. */
export function parseFrameHead(head: Buffer): FrameHead | string {
  if (crc32(head.subarray(0, 12)) !== head.readUInt32LE(12)) return 'the CRC of the frame head does not match';
  const known = TYPES.get(head.readUInt8(0));
  if (known === undefined) return `unknown frame type 0x${head.toString('hex', 0, 1)}`;
  if (head.readUIntLE(1, 3) !== 0) return 'the reserved bytes of the frame head are not zero';
  const bodyBytes = head.readUInt32LE(4);
  if (bodyBytes > known.bodyBytesMax) return `a ${known.type} frame of ${bodyBytes} bytes is longer than allowed`;
  return { type: known.type, bodyBytes, bodyCrc: head.readUInt32LE(8) };
}

export async function readFrame(reader: ByteReader, offset: number): Promise<FrameRead> {
  const left = Math.min(FRAME_HEAD_BYTES, reader.size - offset);
  const head = await reader.bytes(offset, left);
  if (head === undefined) return { kind: 'damaged', what: 'the file ends earlier than it said' };
  if (head.every((byte) => byte === 0)) return { kind: 'zero' };
  if (left < FRAME_HEAD_BYTES) return { kind: 'damaged', what: 'the file ends inside a frame head' };
  const parsed = parseFrameHead(head);
  if (typeof parsed === 'string') return { kind: 'damaged', what: parsed };
  const start = offset + FRAME_HEAD_BYTES;
  const body = await reader.bytes(start, parsed.bodyBytes);
  if (body === undefined) return { kind: 'damaged', what: 'the file ends inside the body of a frame' };
  if (crc32(body) !== parsed.bodyCrc) {
    return { kind: 'damaged', what: `the CRC of the body of a ${parsed.type} frame does not match` };
  }
  return { kind: 'frame', type: parsed.type, body, end: start + parsed.bodyBytes };
}
