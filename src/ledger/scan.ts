/**
 * Reads one segment back: what of it holds, and whether what follows is what a crash may leave of one batch, or
 * damage (docs/ledger-format.md section 8). Pure: bytes in, findings out. Trusts no byte it has not checked.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { pieceKeyName } from '#ledger/blob.ts';
import { decodeCommitBody, decodeRecordBody, pieceFault } from '#ledger/body.ts';
import { readFrame } from '#ledger/frame.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';
import { openCheckpoint } from '#ledger/note.ts';
import { OpenIntents } from '#ledger/open-intents.ts';
import { decodeSegmentStart } from '#ledger/segment.ts';
import type { KeyName } from '#ledger/blob.ts';
import type { RecordBody } from '#ledger/body.ts';
import type { Frame } from '#ledger/frame.ts';
import type { VerifierKey } from '#ledger/note.ts';
import type { Leaf } from '#ledger/record.ts';
import type { SegmentHeader } from '#ledger/segment.ts';

export type SegmentScan = {
  readonly header: SegmentHeader;
  /** Offset just past the last good commit frame, or past the header. */
  readonly end: number;
  /** Bytes from there to the last one that is not zero: what a crash left of a batch. */
  readonly tornBytes: number;
  readonly edge: RightEdge;
  readonly open: OpenIntents;
  readonly lastLeaf: Leaf | undefined;
  /** The signed note of the last good commit. */
  readonly note: string | undefined;
  /** Names of the keys that its records are sealed with, each once. */
  readonly sealedWith: readonly KeyName[];
};

export type SegmentFault = { readonly offset: number; readonly message: string };

const fault = (offset: number, message: string): { readonly ok: false; readonly error: SegmentFault } =>
  err({ offset, message });

/** Offset just past the last byte that is not zero, at least `from`. */
function contentEnd(bytes: Buffer, from: number): number {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** Accepts what one batch of a tree of `size` leaves may look like after a power cut; `expected` is the index after its last good record. */
function judgeTorn(
  bytes: Buffer,
  damagedAt: number,
  end: number,
  size: number,
  expected: number,
): SegmentFault | undefined {
  let next = expected;
  let gap = true;
  for (let at = damagedAt; at < end;) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) {
      gap = true;
      at += 1;
      continue;
    }
    const damaged = { offset: damagedAt, message: `damaged frame, but a later one at ${at} is sound` };
    if (frame.type === 'header') return damaged;
    if (frame.type === 'commit') {
      const commit = decodeCommitBody(frame.body);
      const own = commit.ok && commit.value.first === size && frame.end >= end;
      return own ? undefined : damaged;
    }
    const record = decodeRecordBody(frame.body);
    // What is missing between two records that follow each other was a commit: the later batch came after its sync.
    if (!record.ok || record.value.leaf.n < next || (gap && record.value.leaf.n === next)) return damaged;
    next = record.value.leaf.n + 1;
    gap = false;
    at = frame.end;
  }
  return undefined;
}

/** One batch under way: records seen since the last commit. */
type Batch = { readonly start: number; readonly records: RecordBody[] };

class SegmentWalk {
  readonly #verifier: VerifierKey;
  readonly edge: RightEdge;
  readonly open: OpenIntents;
  lastLeaf: Leaf | undefined;
  note: string | undefined;
  lastBatch: readonly RecordBody[] = [];
  readonly sealedWith = new Map<string, KeyName>();
  lastCommitAt = 0;

  constructor(header: SegmentHeader, verifier: VerifierKey) {
    this.#verifier = verifier;
    this.edge = new RightEdge(header.first, header.edge);
    this.open = new OpenIntents(header.open);
  }

  /** Takes a sound frame; a message when its content cannot be. */
  take(frame: Frame, batch: Batch): string | undefined {
    if (frame.type === 'header') return 'second header in a segment';
    if (frame.type === 'commit') return this.#commit(frame, batch);
    const record = decodeRecordBody(frame.body);
    if (!record.ok) return record.error;
    const expected = this.edge.size + batch.records.length;
    if (record.value.leaf.n !== expected) return `record ${record.value.leaf.n} where ${expected} is due`;
    batch.records.push(record.value);
    return undefined;
  }

  #commit(frame: Frame, batch: Batch): string | undefined {
    const commit = decodeCommitBody(frame.body);
    if (!commit.ok) return commit.error;
    if (commit.value.first !== this.edge.size || commit.value.count !== batch.records.length)
      return 'commit of another range than its batch';
    for (const { leaf, leafBytes, pieces } of batch.records) {
      const grammar = this.open.fault(leaf);
      if (grammar !== undefined) return grammar;
      this.edge.append(leafHash(leafBytes));
      this.open.apply(leaf);
      this.lastLeaf = leaf;
      for (const piece of pieces) this.#noteKey(piece);
    }
    this.note = commit.value.note;
    this.lastBatch = batch.records;
    return undefined;
  }

  /** A piece that retention removed has no bytes, and so no name. */
  #noteKey(piece: Buffer): void {
    const name = pieceKeyName(piece);
    if (name === undefined) return;
    const text = piece.toString('latin1', 0, 12);
    if (!this.sealedWith.has(text)) this.sealedWith.set(text, { day: name.day, subject: Buffer.from(name.subject) });
  }

  /**
   * The last commit's signature and root vouch for all leaves before it, so one verification serves the whole
   * segment; earlier pieces were checked by CRC, those of the last batch are checked by hash.
   */
  seal(): string | undefined {
    if (this.note === undefined) return undefined;
    const checkpoint = openCheckpoint(this.note, this.#verifier);
    if (!checkpoint.ok) return `last commit: ${checkpoint.error}`;
    if (checkpoint.value.size !== this.edge.size || !checkpoint.value.root.equals(this.edge.root()))
      return 'last commit signs another tree than the records make';
    for (const record of this.lastBatch) {
      const piece = pieceFault(record);
      if (piece !== undefined) return piece;
    }
    return undefined;
  }
}

/** `bytes` is the file, or its beginning where the rest, up to `fileBytes`, is known to be zero. */
export function scanSegment(
  bytes: Buffer,
  verifier: VerifierKey,
  fileBytes: number = bytes.length,
): Result<SegmentScan, SegmentFault> {
  const start = decodeSegmentStart(bytes);
  if (!start.ok) return fault(0, start.error);
  const { header } = start.value;
  if (header.size !== fileBytes) return fault(0, `file has ${fileBytes} bytes, its header says ${header.size}`);
  if (header.origin !== verifier.name) return fault(0, `segment of another log: ${header.origin}`);
  const walk = new SegmentWalk(header, verifier);
  const end = contentEnd(bytes, start.value.end);
  let batch: Batch = { start: start.value.end, records: [] };
  let at = batch.start;
  while (at < end) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) {
      const damage = judgeTorn(bytes, at, end, walk.edge.size, walk.edge.size + batch.records.length);
      if (damage !== undefined) return err(damage);
      break;
    }
    const message = walk.take(frame, batch);
    if (message !== undefined) return fault(at, message);
    at = frame.end;
    if (frame.type === 'commit') {
      batch = { start: at, records: [] };
      walk.lastCommitAt = frame.end;
    }
  }
  const unsealed = walk.seal();
  if (unsealed !== undefined) return fault(walk.lastCommitAt, unsealed);
  const { edge, open, lastLeaf, note } = walk;
  const sealedWith = [...walk.sealedWith.values()];
  return ok({
    header,
    end: batch.start,
    tornBytes: Math.max(0, end - batch.start),
    edge,
    open,
    lastLeaf,
    note,
    sealedWith,
  });
}
