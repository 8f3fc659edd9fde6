/**
 * Copies a book that may be written meanwhile, so that the copy is whole: up to the watermark and no byte further. A plain
 * copy of the files can catch a commit between two reads, which looks like damage. Keys are copied after the book, since a
 * key is durable before its first use. Knows no gateway: it reads what any reader may.
 */
import { readSmallFile, replaceSmallFile } from '#ledger/disk.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import { RING_NAME } from '#ledger/open-keys.ts';
import type { Watermark } from '#ledger/port.ts';
import { segmentName, writeZeros } from '#ledger/segment.ts';
import { encodeWatermark, readWatermark, WATERMARK_NAME } from '#ledger/watermark.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const CHUNK_BYTES = 1024 * 1024;
const SMALL_FILE_BYTES = 64 * 1024;
const DIRECTORY_MODE = 0o750;
const KEYS_MODE = 0o700;
const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;
const VKEY = 'log.vkey';
/** The checkpoint that a start compares the book with. */
export const LAST_CHECKPOINT = 'last-checkpoint';

export type CopiedShard = { readonly mark: Watermark; readonly segmentsCopied: number };

async function copyBytes(from: DiskFile, to: DiskFile, bytes: number): Promise<void> {
  const chunk = Buffer.allocUnsafeSlow(Math.min(bytes, CHUNK_BYTES));
  for (let at = 0; at < bytes;) {
    const wanted = chunk.subarray(0, Math.min(chunk.length, bytes - at));
    const count = await from.read(wanted, at);
    if (count === 0) throw new Error('the file ended before its watermark');
    await to.write(wanted.subarray(0, count), at);
    at += count;
  }
}

/** The first `bytes` of a segment, zeros up to its size; all of it when `bytes` is undefined. */
async function copySegment(disk: Disk, from: string, to: string, name: string, bytes?: number): Promise<void> {
  const source = await disk.open(`${from}/${name}`, 'read');
  try {
    const size = await source.size();
    const content = Math.min(size, bytes ?? size);
    const target = await disk.open(`${to}/${name}.tmp`, 'create');
    try {
      await copyBytes(source, target, content);
      await writeZeros(target, content, size);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  await disk.rename(`${to}/${name}.tmp`, `${to}/${name}`);
}

/**
 * Brings the copy in `to` up to the book in `from`. What an earlier run has copied whole is not copied again: a segment
 * that another follows never changes. The error is a sentence.
 */
export async function copyShard(disk: Disk, from: string, to: string): Promise<Result<CopiedShard, string>> {
  const mark = await readWatermark(disk, from);
  const vkey = await readSmallFile(disk, `${from}/${VKEY}`, SMALL_FILE_BYTES);
  if (mark === undefined || vkey === undefined || mark.size === 0)
    return err(`${from} holds no book with records, or a power cut took its watermark: start the gateway on it once`);
  await disk.makeDirectory(to, DIRECTORY_MODE);
  const there = await readSmallFile(disk, `${to}/${VKEY}`, SMALL_FILE_BYTES);
  if (there !== undefined && !there.equals(vkey)) return err(`${to} holds a copy of another book`);
  const before = await readWatermark(disk, to);
  if (before !== undefined && before.size > mark.size)
    return err(`${to} holds ${before.size} records, the book only ${mark.size}: it was rolled back, keep that copy`);
  const first = before?.segment ?? 0;
  await replaceSmallFile(disk, to, VKEY, vkey, PUBLIC_MODE);
  for (let segment = first; segment <= mark.segment; segment += 1) {
    const bytes = segment === mark.segment ? mark.offset : undefined;
    await copySegment(disk, from, to, segmentName(segment), bytes);
  }
  await disk.syncDirectory(to);
  // Last: what was cut short before this line counts for nothing, and is done again.
  await replaceSmallFile(disk, to, WATERMARK_NAME, encodeWatermark(mark), PUBLIC_MODE);
  return ok({ mark, segmentsCopied: mark.segment - first + 1 });
}

/** After every shard that uses them. `checkpoint`: of the copy, so that the two belong together. */
export async function copyKeys(disk: Disk, from: string, to: string, checkpoint: string | undefined): Promise<void> {
  await disk.makeDirectory(to, KEYS_MODE);
  for (const name of ['master.key', 'log.key']) {
    const bytes = await readSmallFile(disk, `${from}/${name}`, SMALL_FILE_BYTES);
    if (bytes !== undefined) await replaceSmallFile(disk, to, name, bytes, SECRET_MODE);
  }
  const ring = await readSmallFile(disk, `${from}/${RING_NAME}`, LIMITS.keyRingBytes);
  // A line on its way to the disk is of a key that nothing is sealed with yet.
  if (ring !== undefined)
    await replaceSmallFile(disk, to, RING_NAME, ring.subarray(0, ring.lastIndexOf(0x0a) + 1), SECRET_MODE);
  if (checkpoint !== undefined) await replaceSmallFile(disk, to, LAST_CHECKPOINT, Buffer.from(checkpoint), SECRET_MODE);
}
