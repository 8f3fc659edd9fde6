/**
 * Frames: how a segment's bytes are cut (docs/ledger-format.md section 2). CRCs find damage; they are no
 * protection against an attacker. Knows nothing of what a body means.
 */
import { crc32 } from 'node:zlib';

export const FRAME_HEAD_BYTES = 16;
export const FRAME_TYPES = { header: 0x48, record: 0x52, commit: 0x43 } as const;
export type FrameType = keyof typeof FRAME_TYPES;

export type FrameHead = { readonly type: FrameType; readonly bodyBytes: number; readonly bodyCrc: number };

const typeOf = (byte: number | undefined): FrameType | undefined =>
  byte === FRAME_TYPES.record
    ? 'record'
    : byte === FRAME_TYPES.commit
      ? 'commit'
      : byte === FRAME_TYPES.header
        ? 'header'
        : undefined;

/** Writes the head for the body that already stands at `at + 16` with `bodyBytes` bytes. */
export function sealFrame(into: Buffer, at: number, type: FrameType, bodyBytes: number): void {
  into.writeUInt32LE(FRAME_TYPES[type], at);
  into.writeUInt32LE(bodyBytes, at + 4);
  into.writeUInt32LE(crc32(into.subarray(at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + bodyBytes)), at + 8);
  into.writeUInt32LE(crc32(into.subarray(at, at + 12)), at + 12);
}

/** The head at `at`, or undefined when no sound head stands there. */
export function readHead(bytes: Buffer, at: number): FrameHead | undefined {
  if (at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const type = typeOf(bytes[at]);
  if (type === undefined || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return undefined;
  if (crc32(bytes.subarray(at, at + 12)) !== bytes.readUInt32LE(at + 12)) return undefined;
  return { type, bodyBytes: bytes.readUInt32LE(at + 4), bodyCrc: bytes.readUInt32LE(at + 8) };
}

export type Frame = { readonly type: FrameType; readonly body: Buffer; readonly end: number };

/** The whole frame at `at` (its body shares memory with `bytes`), or undefined when head or body is damaged or cut. */
export function readFrame(bytes: Buffer, at: number): Frame | undefined {
  const head = readHead(bytes, at);
  if (head === undefined) return undefined;
  const start = at + FRAME_HEAD_BYTES;
  const end = start + head.bodyBytes;
  if (end > bytes.length) return undefined;
  const body = bytes.subarray(start, end);
  return crc32(body) === head.bodyCrc ? { type: head.type, body, end } : undefined;
}
