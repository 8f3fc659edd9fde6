/**
 * Where events come from: the durable records of one shard, opened as far as their keys still exist.
 * The projection reads through this port, never past the published watermark and never a segment file itself.
 */
import type { RecordHeader } from '#events/header.ts';
import type { Watermark } from '#ledger/port.ts';
import type { Leaf } from '#ledger/record.ts';

/** A place to read from: `n` is the next record's index, `offset` the byte of its frame (or of the frames before it) in `segment`. */
export type Position = { readonly n: number; readonly segment: number; readonly offset: number };

export const START: Position = { n: 0, segment: 0, offset: 0 };

export type OpenedRecord = {
  readonly leaf: Leaf;
  /** The leaf as stored: what the tree hashes. */
  readonly leafBytes: Buffer;
  /** Null when the key of the blob is destroyed, or retention removed it: only the leaf is left. */
  readonly header: RecordHeader | null;
  readonly payload: Buffer | null;
  /** Reading from here gives this record first. */
  readonly position: Position;
  /** The blob was opened and header and payload match the leaf's commitments. */
  readonly verified: boolean;
};

export type RecordSource = {
  /** Up to `limit` records from `from`, in order; none when the watermark is reached. Throws on a damaged ledger. */
  read(from: Position, limit: number): Promise<{ readonly records: readonly OpenedRecord[]; readonly next: Position }>;
  watermark(): Promise<Watermark>;
};
