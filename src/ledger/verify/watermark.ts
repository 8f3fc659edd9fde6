/** The watermark file: how far the writer says its log is synced (docs/ledger-format.md section 6). Not evidence. */
import { crc32 } from 'node:zlib';

/** `offset` is in bytes into segment `segment`, just past the commit frame of the tree of `size` leaves. */
export type SyncedUpTo = { readonly segment: number; readonly offset: number; readonly size: number };

export const WATERMARK_BYTES = 32;
const MAGIC = Buffer.from('GBWM', 'ascii');

/** Undefined when the 32 bytes are not a whole watermark: damaged, or caught while it was rewritten. */
export function parseWatermark(bytes: Buffer): SyncedUpTo | undefined {
  if (bytes.length !== WATERMARK_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  if (crc32(bytes.subarray(0, 24)) !== bytes.readUInt32LE(24) || bytes.readUInt32LE(28) !== 0) return undefined;
  const offset = Number(bytes.readBigUInt64LE(8));
  const size = Number(bytes.readBigUInt64LE(16));
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(size)) return undefined;
  return { segment: bytes.readUInt32LE(4), offset, size };
}
