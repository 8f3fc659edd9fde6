/**
 * The newest checkpoint that was issued: the commit frame just before the durable watermark. Reads frame heads of one
 * segment and one signature; does not verify the log.
 */
import { type Result, err, ok } from '#result.ts';
import { ByteReader } from '#ledger/verify/byte-reader.ts';
import { readCheckpoint } from '#ledger/verify/checkpoint.ts';
import { FRAME_HEAD_BYTES, MAGIC, parseFrameHead, readFrame } from '#ledger/verify/frames.ts';
import { parseVkeys } from '#ledger/verify/note.ts';
import { type ShardFiles, readSmallFile, segmentName } from '#ledger/verify/shard-files.ts';
import { type SyncedUpTo, WATERMARK_BYTES, parseWatermark } from '#ledger/verify/watermark.ts';

export type NoCheckpoint = {
  /** `unavailable`: nothing was issued yet, or there is no readable watermark. `invalid`: what is there does not hold. */
  readonly reason: 'unavailable' | 'invalid';
  readonly what: string;
};

/** The signed note, with the log's signature verified by `vkey`. */
export async function lastCheckpoint(files: ShardFiles, vkey: string): Promise<Result<string, NoCheckpoint>> {
  const keys = parseVkeys(vkey);
  if (!keys.ok) return invalid(`the verifier key ${keys.error}`);
  const bytes = await readSmallFile(files, 'watermark', WATERMARK_BYTES);
  const synced = bytes === undefined ? undefined : parseWatermark(bytes);
  if (synced === undefined) return err({ reason: 'unavailable', what: 'there is no readable watermark file' });
  const file = segmentName(synced.segment);
  const source = await files.open(file);
  if (source === undefined) return invalid(`${file}, which the watermark names, is missing`);
  try {
    const note = await noteBefore(new ByteReader(source), synced);
    if (note === undefined) return invalid(`${file} has no commit frame that ends at offset ${synced.offset}`);
    const checkpoint = readCheckpoint(note, keys.value);
    if (!checkpoint.ok) return invalid(`the checkpoint before offset ${synced.offset} of ${file} ${checkpoint.error}`);
    if (checkpoint.value.size !== synced.size || checkpoint.value.origin !== keys.value[0]?.name) {
      return invalid(`the checkpoint before offset ${synced.offset} of ${file} is not the one the watermark speaks of`);
    }
    return ok(note.toString());
  } finally {
    await source.close();
  }
}

const invalid = (what: string): { readonly ok: false; readonly error: NoCheckpoint } =>
  err({ reason: 'invalid', what });

/** The note of the commit frame that ends exactly at the watermark. */
async function noteBefore(reader: ByteReader, synced: SyncedUpTo): Promise<Buffer | undefined> {
  for (let at = MAGIC.length; at < synced.offset;) {
    const head = await reader.bytes(at, FRAME_HEAD_BYTES);
    const parsed = head === undefined ? undefined : parseFrameHead(head);
    if (parsed === undefined || typeof parsed === 'string') return undefined;
    const end = at + FRAME_HEAD_BYTES + parsed.bodyBytes;
    if (end === synced.offset) {
      const frame = await readFrame(reader, at);
      return frame.kind === 'frame' && frame.type === 'commit' ? frame.body.subarray(12) : undefined;
    }
    at = end;
  }
  return undefined;
}
