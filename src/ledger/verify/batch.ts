/**
 * Finds the next batch: record frames up to a commit frame. A batch is looked at only once it is complete, so what a
 * crash left, or what a running gateway is just writing, never enters the state of the walk.
 */
import type { ByteReader } from '#ledger/verify/byte-reader.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { FRAME_HEAD_BYTES, type FrameRead, parseFrameHead, readFrame } from '#ledger/verify/frames.ts';
import { parseLeaf } from '#ledger/verify/leaf.ts';
import { splitRecordBody } from '#ledger/verify/record-body.ts';

export type BatchScan =
  /** Zeros to the end of the file. */
  | { readonly kind: 'end' }
  | { readonly kind: 'complete'; readonly records: number; readonly end: number }
  /** `records` good record frames, then something else at `at`. */
  | {
      readonly kind: 'broken';
      readonly at: number;
      readonly records: number;
      readonly what: string;
      readonly zeroTail: boolean;
    };

export async function scanBatch(reader: ByteReader, offset: number): Promise<BatchScan> {
  let at = offset;
  for (let records = 0; ; records += 1) {
    const frame = await readFrame(reader, at);
    switch (frame.kind) {
      case 'damaged':
        return { kind: 'broken', at, records, what: frame.what, zeroTail: false };
      case 'zero':
        return zeroHead(reader, at, records);
      case 'frame':
        if (frame.type === 'commit' && records > 0) return { kind: 'complete', records, end: frame.end };
        if (frame.type !== 'record' || records === BOUNDS.batchRecords) {
          return { kind: 'broken', at, records, what: misplaced(frame.type, records), zeroTail: false };
        }
        at = frame.end;
    }
  }
}

function misplaced(type: 'header' | 'record' | 'commit', records: number): string {
  if (type === 'record') return `a batch has more than ${records} records`;
  return type === 'commit' ? 'a commit frame without records before it' : 'a header frame inside the segment';
}

async function zeroHead(reader: ByteReader, at: number, records: number): Promise<BatchScan> {
  if (records > 0) return { kind: 'broken', at, records, what: 'the batch has no commit frame', zeroTail: false };
  const dirty = await reader.firstNonZero(at);
  if (dirty === undefined) return { kind: 'end' };
  return { kind: 'broken', at: dirty, records, what: 'a byte after the last commit is not zero', zeroTail: true };
}

/**
 * Whether what follows the last good commit (of a tree of `size` leaves, ending at `offset`) cannot be what a crash left
 * of one batch (section 8). Says why not, undefined when it can.
 */
export async function whyNotOneBatch(reader: ByteReader, offset: number, size: number): Promise<string | undefined> {
  let lastIndex = size - 1;
  let gap = false;
  for (let at = offset; at < reader.size;) {
    const found = await nextGoodFrame(reader, at);
    if (found === undefined) return undefined;
    if (found.offset !== at) gap = true;
    const { frame } = found;
    if (frame.type === 'header') return `a header frame stands at offset ${found.offset}`;
    if (frame.type === 'commit') {
      const first = frame.body.length < 8 ? undefined : Number(frame.body.readBigUInt64LE(0));
      if (first !== size) return `the good commit frame at offset ${found.offset} does not begin at record ${size}`;
      const dirty = await reader.firstNonZero(frame.end);
      return dirty === undefined ? undefined : `bytes follow the good commit frame at offset ${found.offset}`;
    }
    const index = recordIndex(frame.body);
    if (gap && index !== undefined && index === lastIndex + 1) {
      return `the good record ${index} at offset ${found.offset} follows directly on record ${lastIndex}`;
    }
    lastIndex = index ?? lastIndex;
    gap = false;
    at = frame.end;
  }
  return undefined;
}

function recordIndex(body: Buffer): number | undefined {
  const record = splitRecordBody(body);
  const leaf = record.ok ? parseLeaf(record.value.leaf) : undefined;
  return leaf?.ok === true ? leaf.value.n : undefined;
}

type GoodFrame = Extract<FrameRead, { kind: 'frame' }>;
const SEARCH_BYTES = 256 * 1024;

/** The first whole frame that begins at or after `from`. */
async function nextGoodFrame(
  reader: ByteReader,
  from: number,
): Promise<{ readonly offset: number; readonly frame: GoodFrame } | undefined> {
  for (let at = from; at + FRAME_HEAD_BYTES <= reader.size;) {
    const window = await reader.bytes(at, Math.min(SEARCH_BYTES, reader.size - at));
    if (window === undefined) return undefined;
    const candidate = indexOfFrameHead(window);
    if (candidate === undefined) {
      at += window.length - FRAME_HEAD_BYTES + 1;
      continue;
    }
    const frame = await readFrame(reader, at + candidate);
    if (frame.kind === 'frame') return { offset: at + candidate, frame };
    at += candidate + 1;
  }
  return undefined;
}

function indexOfFrameHead(window: Buffer): number | undefined {
  for (let at = 0; at + FRAME_HEAD_BYTES <= window.length; at += 1) {
    if (window[at] === 0 || window[at + 1] !== 0 || window[at + 2] !== 0) continue;
    if (typeof parseFrameHead(window.subarray(at, at + FRAME_HEAD_BYTES)) !== 'string') return at;
  }
  return undefined;
}
