/**
 * The bodies of record and commit frames (docs/ledger-format.md section 2): lengths are checked against the
 * bounds before anything is taken from them.
 */
import { hash } from 'node:crypto';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { decodeLeaf, PIECES_MAX } from '#ledger/leaf.ts';
import { PIECE_OVERHEAD_BYTES } from '#ledger/blob.ts';
import { FRAME_HEAD_BYTES, sealFrame } from '#ledger/frame.ts';
import type { Leaf } from '#ledger/record.ts';

const RECORD_HEAD_BYTES = 4;
const COMMIT_HEAD_BYTES = 12;
const PIECE_LENGTH_BYTES = 4;
/** Where the leaf stands in a record frame: after the frame head and the two counts. */
export const RECORD_LEAF_OFFSET = FRAME_HEAD_BYTES + RECORD_HEAD_BYTES;
export const COMMIT_NOTE_BYTES_MAX = 64 * 1024;

/** Bytes of the whole frame of a record with a leaf of `leafBytes` and these pieces. */
export function recordFrameBytes(leafBytes: number, pieces: readonly Buffer[]): number {
  let bytes = FRAME_HEAD_BYTES + RECORD_HEAD_BYTES + leafBytes;
  for (const piece of pieces) bytes += PIECE_LENGTH_BYTES + piece.length;
  return bytes;
}

/** Writes a record frame at `at`; returns the offset after it. */
export function writeRecordFrame(into: Buffer, at: number, leaf: string, pieces: readonly Buffer[]): number {
  const body = at + FRAME_HEAD_BYTES;
  const leafBytes = into.write(leaf, body + RECORD_HEAD_BYTES, 'latin1');
  into.writeUInt16LE(leafBytes, body);
  into.writeUInt16LE(pieces.length, body + 2);
  let end = body + RECORD_HEAD_BYTES + leafBytes;
  for (const piece of pieces) {
    into.writeUInt32LE(piece.length, end);
    into.set(piece, end + PIECE_LENGTH_BYTES);
    end += PIECE_LENGTH_BYTES + piece.length;
  }
  sealFrame(into, at, 'record', end - body);
  return end;
}

export const commitFrameBytes = (noteBytes: number): number => FRAME_HEAD_BYTES + COMMIT_HEAD_BYTES + noteBytes;

/** Writes a commit frame at `at`; returns the offset after it. */
export function writeCommitFrame(into: Buffer, at: number, first: number, count: number, note: Buffer): number {
  const body = at + FRAME_HEAD_BYTES;
  into.writeBigUInt64LE(BigInt(first), body);
  into.writeUInt32LE(count, body + 8);
  into.set(note, body + COMMIT_HEAD_BYTES);
  const end = body + COMMIT_HEAD_BYTES + note.length;
  sealFrame(into, at, 'commit', end - body);
  return end;
}

export type RecordBody = { readonly leaf: Leaf; readonly leafBytes: Buffer; readonly pieces: readonly Buffer[] };

/** Buffers in the result share memory with `body`. Hashes of pieces are not checked here, see `pieceFault`. */
export function decodeRecordBody(body: Buffer): Result<RecordBody, string> {
  if (body.length < RECORD_HEAD_BYTES) return err('record body is cut');
  const leafEnd = RECORD_HEAD_BYTES + body.readUInt16LE(0);
  const count = body.readUInt16LE(2);
  if (count === 0 || count > PIECES_MAX || leafEnd > body.length) return err('record body has impossible lengths');
  const leafBytes = body.subarray(RECORD_HEAD_BYTES, leafEnd);
  const leaf = decodeLeaf(leafBytes);
  if (!leaf.ok) return leaf;
  if (leaf.value.bc.length !== count) return err(`record has ${count} pieces, its leaf names ${leaf.value.bc.length}`);
  const pieces: Buffer[] = [];
  let at = leafEnd;
  for (let i = 0; i < count; i += 1) {
    if (at + PIECE_LENGTH_BYTES > body.length) return err('piece length is cut');
    const length = body.readUInt32LE(at);
    at += PIECE_LENGTH_BYTES;
    if (length > LIMITS.blobPieceBytes + PIECE_OVERHEAD_BYTES || at + length > body.length)
      return err('piece has an impossible length');
    pieces.push(body.subarray(at, at + length));
    at += length;
  }
  return at === body.length ? ok({ leaf: leaf.value, leafBytes, pieces }) : err('bytes after the last piece');
}

/** Undefined when every stored piece hashes to its entry in the leaf; a piece of length 0 was removed by retention. */
export function pieceFault(record: RecordBody): string | undefined {
  for (const [i, piece] of record.pieces.entries()) {
    if (piece.length > 0 && hash('sha256', piece, 'base64') !== record.leaf.bc[i])
      return `piece ${i} of record ${record.leaf.n} does not match its hash`;
  }
  return undefined;
}

export type CommitBody = { readonly first: number; readonly count: number; readonly note: string };

export function decodeCommitBody(body: Buffer): Result<CommitBody, string> {
  if (body.length < COMMIT_HEAD_BYTES || body.length > COMMIT_HEAD_BYTES + COMMIT_NOTE_BYTES_MAX)
    return err('commit body has an impossible length');
  const first = Number(body.readBigUInt64LE(0));
  const count = body.readUInt32LE(8);
  if (!Number.isSafeInteger(first) || count === 0) return err('commit of an impossible range');
  return ok({ first, count, note: body.toString('utf8', COMMIT_HEAD_BYTES) });
}
