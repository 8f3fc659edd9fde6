/**
 * Reads records back, up to the watermark the writer published and never past it: for the index, the command line
 * and export, in the same process or another, while the writer runs or not. Buffers are bounded; files are opened
 * anew at each read, because a restart of the writer may have replaced the last one.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openBlob, pieceKeyName } from '#ledger/blob.ts';
import { decodeRecordBody, pieceFault } from '#ledger/body.ts';
import { FRAME_HEAD_BYTES, readFrame, readHead } from '#ledger/frame.ts';
import { SEGMENT_MAGIC, segmentName } from '#ledger/segment.ts';
import { readWatermark } from '#ledger/watermark.ts';
import type { KeyObject } from 'node:crypto';
import type { RecordBody } from '#ledger/body.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import type { Frame } from '#ledger/frame.ts';
import type { KeyOpener } from '#ledger/keyring.ts';
import type { Watermark } from '#ledger/port.ts';
import type { Leaf } from '#ledger/record.ts';

/** `offset` is the byte in `segment` of record `n`'s frame, or of the frames before it. */
export type ReadPosition = { readonly n: number; readonly segment: number; readonly offset: number };
export const LOG_START: ReadPosition = { n: 0, segment: 0, offset: 0 };

export type StoredRecord = {
  readonly leaf: Leaf;
  /** The leaf as stored: what the tree hashes. */
  readonly leafBytes: Buffer;
  /** JSON text; null when a key of the blob is destroyed or retention removed it. */
  readonly header: string | null;
  /** Null also when the record has none (`leaf.pc` says which). */
  readonly payload: Buffer | null;
  readonly position: ReadPosition;
  /** The blob was opened, and header and payload match the leaf's commitments. */
  readonly verified: boolean;
};

export type ReadFault = { readonly file: string; readonly offset: number; readonly message: string };
export type ReadPage = { readonly records: readonly StoredRecord[]; readonly next: ReadPosition };

export type LedgerReader = {
  /** Undefined while nothing was ever synced. */
  watermark(): Promise<Watermark | undefined>;
  /** Up to `limit` records from `from` on; fewer when the watermark or about 16 MiB are reached, none at the watermark. */
  read(from: ReadPosition, limit: number): Promise<Result<ReadPage, ReadFault>>;
};

export type ReaderOptions = {
  readonly disk: Disk;
  readonly dir: string;
  readonly origin: string;
  /** Without it blobs stay closed: header and payload are null. */
  readonly keys?: KeyOpener;
  /** Which blobs are opened at all; every one by default. */
  readonly opens?: (leaf: Leaf) => boolean;
};

const WINDOW_BYTES = 256 * 1024;
const PAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Frames of one segment through a window that grows only for a frame that needs it. */
class FrameWindow {
  readonly #file: DiskFile;
  readonly #end: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Nothing at or after `end` is read. */
  constructor(file: DiskFile, end: number) {
    this.#file = file;
    this.#end = end;
  }

  async magic(): Promise<boolean> {
    await this.#fill(0, SEGMENT_MAGIC.length);
    return this.#bytes.subarray(0, SEGMENT_MAGIC.length).equals(SEGMENT_MAGIC);
  }

  /** The frame at `offset` with its end in the file, `'zero'` where no frame begins, undefined when damaged. */
  async frame(offset: number): Promise<Frame | 'zero' | undefined> {
    if (offset + FRAME_HEAD_BYTES > this.#end) return 'zero';
    await this.#fill(offset, FRAME_HEAD_BYTES);
    const head = readHead(this.#bytes, offset - this.#at);
    if (head === undefined) {
      const start = this.#bytes.subarray(offset - this.#at, offset - this.#at + FRAME_HEAD_BYTES);
      return start.every((byte) => byte === 0) ? 'zero' : undefined;
    }
    const bytes = FRAME_HEAD_BYTES + head.bodyBytes;
    if (offset + bytes > this.#end) return undefined;
    await this.#fill(offset, bytes);
    const frame = readFrame(this.#bytes, offset - this.#at);
    return frame === undefined ? undefined : { ...frame, end: this.#at + frame.end };
  }

  async #fill(offset: number, count: number): Promise<void> {
    if (offset >= this.#at && offset + count <= this.#at + this.#bytes.length) return;
    // A new buffer each time: records handed out earlier share memory with the old one.
    const bytes = Buffer.allocUnsafe(Math.min(Math.max(count, WINDOW_BYTES), this.#end - offset));
    this.#bytes = bytes.subarray(0, await this.#file.read(bytes, offset));
    this.#at = offset;
  }
}

async function openRecord(
  body: RecordBody,
  position: ReadPosition,
  origin: string,
  keys: KeyOpener | undefined,
): Promise<Result<StoredRecord, string>> {
  const { leaf, leafBytes, pieces } = body;
  const closed: StoredRecord = { leaf, leafBytes, header: null, payload: null, position, verified: false };
  if (keys === undefined) return ok(closed);
  const found: KeyObject[] = [];
  for (const piece of pieces) {
    const name = pieceKeyName(piece);
    const key = name === undefined ? undefined : await keys.open(name);
    if (key === undefined) return ok(closed);
    found.push(key);
  }
  const blob = openBlob({ origin, call: leaf.call, kind: leaf.kind }, leaf, pieces, found);
  if (!blob.ok) return err(`record ${leaf.n}: ${blob.error}`);
  return ok({ ...closed, header: blob.value.header.toString('utf8'), payload: blob.value.payload, verified: true });
}

export function createLedgerReader(options: ReaderOptions): LedgerReader {
  const { dir, disk, keys, origin, opens = () => true } = options;

  /** Reads within one segment; `done` when the reader has to go on in the next one. */
  async function readSegment(
    from: ReadPosition,
    limit: number,
    mark: Watermark,
    records: StoredRecord[],
  ): Promise<Result<{ readonly next: ReadPosition; readonly done: boolean }, ReadFault>> {
    const name = segmentName(from.segment);
    const fault = (offset: number, message: string): { readonly ok: false; readonly error: ReadFault } =>
      err({ file: name, offset, message });
    const file = await disk.open(`${dir}/${name}`, 'read');
    try {
      const last = from.segment === mark.segment;
      const window = new FrameWindow(file, last ? mark.offset : await file.size());
      if (from.offset === 0 && !(await window.magic())) return fault(0, 'wrong magic');
      let { n } = from;
      let at = from.offset === 0 ? SEGMENT_MAGIC.length : from.offset;
      let bytes = 0;
      while (records.length < limit && bytes < PAGE_BYTES_MAX) {
        const frame = await window.frame(at);
        if (frame === undefined) return fault(at, 'damaged frame');
        if (frame === 'zero')
          return last && at < mark.offset
            ? fault(at, 'no frame before the watermark')
            : ok({ next: { n, segment: from.segment, offset: at }, done: !last });
        if (frame.type === 'record') {
          const body = decodeRecordBody(frame.body);
          if (!body.ok) return fault(at, body.error);
          // From a stored position the caller may only know the batch; records before `n` are passed over.
          if (body.value.leaf.n > n) return fault(at, `record ${body.value.leaf.n} where ${n} is due`);
          if (body.value.leaf.n === n) {
            const damaged = pieceFault(body.value);
            if (damaged !== undefined) return fault(at, damaged);
            const opener = opens(body.value.leaf) ? keys : undefined;
            const record = await openRecord(body.value, { n, segment: from.segment, offset: at }, origin, opener);
            if (!record.ok) return fault(at, record.error);
            records.push(record.value);
            bytes += frame.body.length;
            n += 1;
          }
        }
        at = frame.end;
      }
      return ok({ next: { n, segment: from.segment, offset: at }, done: false });
    } finally {
      await file.close();
    }
  }

  return {
    watermark: () => readWatermark(disk, dir),
    read: async (from, limit) => {
      const mark = await readWatermark(disk, dir);
      const records: StoredRecord[] = [];
      let next = from;
      if (mark === undefined || limit <= 0) return ok({ records, next });
      while (records.length < limit && next.n < mark.size && next.segment <= mark.segment) {
        const part = await readSegment(next, limit, mark, records);
        if (!part.ok) return part;
        next = part.value.done ? { n: part.value.next.n, segment: next.segment + 1, offset: 0 } : part.value.next;
        if (!part.value.done) break;
      }
      return ok({ records, next });
    },
  };
}
