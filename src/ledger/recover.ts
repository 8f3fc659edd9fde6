/**
 * Finds out at a start what the book holds. Reads the last segment only (and the one before when the last is still
 * empty), changes nothing until all checks have passed, then writes the kept tail anew. It never guesses: damage
 * that a crash cannot explain refuses the start and is named by file and offset.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openCheckpoint } from '#ledger/note.ts';
import { OpenIntents } from '#ledger/open-intents.ts';
import { RightEdge } from '#ledger/merkle.ts';
import { scanSegment } from '#ledger/scan.ts';
import { segmentName, segmentNumber, writeZeros } from '#ledger/segment.ts';
import { readWatermark } from '#ledger/watermark.ts';
import type { KeyName } from '#ledger/blob.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import type { VerifierKey } from '#ledger/note.ts';
import type { SegmentScan } from '#ledger/scan.ts';

export type OpenRefusal = {
  readonly reason: 'locked' | 'corrupt' | 'rolled_back' | 'wrong_key' | 'missing_keys';
  /** What happened and what to do. */
  readonly message: string;
  readonly file?: string;
  readonly offset?: number;
};

/** The last segment as it will be continued. */
export type Tail = {
  readonly segment: number;
  readonly size: number;
  readonly end: number;
  /** Bytes of an incomplete batch that will be dropped. */
  readonly tornBytes: number;
  /** Whether the file is known to be on the disk as it reads: ended by a clean stop whose sync returned. */
  readonly settled: boolean;
  /** The file up to its zero tail. */
  readonly bytes: Buffer;
};

export type Recovered = {
  readonly edge: RightEdge;
  readonly open: OpenIntents;
  /** Signed note of the last commit; undefined for an empty log. */
  readonly note: string | undefined;
  /** Undefined for a directory without segments. */
  readonly tail: Tail | undefined;
  /** Names of the keys that the records of the last segment are sealed with, each once. */
  readonly sealedWith: readonly KeyName[];
};

const HEADER_FRAME_GUESS_BYTES_MAX = 1024 * 1024 * 1024;

const corrupt = (file: string, offset: number, message: string): { readonly ok: false; readonly error: OpenRefusal } =>
  err({
    reason: 'corrupt',
    message: `${file} at byte ${offset}: ${message}. Keep the files as they are and run \`ledger verify\``,
    file,
    offset,
  });

const WINDOW_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(WINDOW_BYTES);
/** More than the zeros a sound frame can end with by chance. */
const MARGIN_BYTES = 4096;

/** Where the zero tail begins, or up to a window later: a young segment is nearly all tail, which need not be held in memory. */
async function contentEnd(file: DiskFile, size: number): Promise<number> {
  const window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - WINDOW_BYTES);
    const read = window.subarray(0, await file.read(window.subarray(0, end - from), from));
    if (!read.equals(ZEROS.subarray(0, read.length))) return Math.min(size, end + MARGIN_BYTES);
    end = from;
  }
  return 0;
}

async function scanFile(
  disk: Disk,
  dir: string,
  segment: number,
  verifier: VerifierKey,
): Promise<Result<{ readonly scan: SegmentScan; readonly bytes: Buffer; readonly size: number }, OpenRefusal>> {
  const name = segmentName(segment);
  const file = await disk.open(`${dir}/${name}`, 'read');
  try {
    const size = await file.size();
    if (size > HEADER_FRAME_GUESS_BYTES_MAX)
      return corrupt(name, 0, `file of ${size} bytes is too large for a segment`);
    const content = Buffer.allocUnsafeSlow(await contentEnd(file, size));
    const bytes = content.subarray(0, await file.read(content, 0));
    const scan = scanSegment(bytes, verifier, size);
    if (!scan.ok) return corrupt(name, scan.error.offset, scan.error.message);
    if (scan.value.header.segment !== segment)
      return corrupt(name, 0, `header says segment ${scan.value.header.segment}`);
    return ok({ scan: scan.value, bytes, size });
  } finally {
    await file.close();
  }
}

/** A segment without a commit has no signature of its own: its header must repeat what the segment before ends with. */
function continues(header: SegmentScan['header'], before: SegmentScan): boolean {
  const sameEdge =
    header.first === before.edge.size && header.edge.every((root, i) => before.edge.roots[i]?.equals(root));
  return sameEdge && before.tornBytes === 0 && JSON.stringify(header.open) === JSON.stringify(before.open.entries());
}

function gapIn(segments: readonly number[]): number | undefined {
  const missing = segments.findIndex((segment, i) => segment !== i);
  return missing < 0 ? undefined : missing;
}

/** Reads; changes nothing. */
export async function readBack(
  disk: Disk,
  dir: string,
  verifier: VerifierKey,
): Promise<Result<Recovered, OpenRefusal>> {
  const segments = (await disk.list(dir)).flatMap((name) => segmentNumber(name) ?? []).sort((a, b) => a - b);
  const gap = gapIn(segments);
  if (gap !== undefined) return corrupt(segmentName(gap), 0, 'segment is missing');
  const mark = await readWatermark(disk, dir);
  const last = segments.at(-1);
  if (last === undefined) {
    if (mark !== undefined && mark.size > 0)
      return corrupt(segmentName(0), 0, `all segments are missing, the watermark knows of ${mark.size} records`);
    return ok({ edge: new RightEdge(), open: new OpenIntents(), note: undefined, tail: undefined, sealedWith: [] });
  }
  const read = await scanFile(disk, dir, last, verifier);
  if (!read.ok) return read;
  const { scan, bytes } = read.value;
  let { note, sealedWith } = scan;
  if (note === undefined && last > 0) {
    const before = await scanFile(disk, dir, last - 1, verifier);
    if (!before.ok) return before;
    if (!continues(scan.header, before.value.scan))
      return corrupt(segmentName(last), 0, 'header does not continue the segment before');
    ({ note, sealedWith } = before.value.scan);
  } else if (note === undefined && scan.header.first !== 0)
    return corrupt(segmentName(last), 0, 'first segment does not begin with record 0');
  const records = scan.edge.size;
  if (mark !== undefined && mark.size > records) {
    return corrupt(
      segmentName(last),
      scan.end,
      `${records} records are whole, but the watermark says ${mark.size} were acknowledged`,
    );
  }
  const settled =
    scan.lastLeaf?.kind === 'control' && scan.lastLeaf.st === 'stop' && scan.tornBytes === 0 && mark?.size === records;
  return ok({
    edge: scan.edge,
    open: scan.open,
    sealedWith,
    note,
    tail: { segment: last, size: read.value.size, end: scan.end, tornBytes: scan.tornBytes, settled, bytes },
  });
}

/** Refuses a log smaller than, or different from, one of its own signed checkpoints kept elsewhere. Notes of other logs are no evidence. */
export function checkAnchors(
  recovered: Recovered,
  anchors: readonly string[],
  verifier: VerifierKey,
): Result<number, OpenRefusal> {
  let counted = 0;
  const { size } = recovered.edge;
  for (const anchor of anchors) {
    const checkpoint = openCheckpoint(anchor, verifier);
    if (!checkpoint.ok) continue;
    counted += 1;
    if (checkpoint.value.size > size) {
      return err({
        reason: 'rolled_back',
        message: `the log has ${size} records, a checkpoint it signed has ${checkpoint.value.size}: an old copy was restored or records were cut off. Restore the newest copy`,
      });
    }
    if (checkpoint.value.size === size && !checkpoint.value.root.equals(recovered.edge.root())) {
      return err({
        reason: 'rolled_back',
        message: `the log has another root than a checkpoint it signed at the same size ${size}: its history was replaced`,
      });
    }
  }
  return ok(counted);
}

/**
 * Makes the tail durable as it was read. After a failed sync the page cache shows bytes that are not on the disk, so
 * everything kept is written to a new file: temporary name → sync → rename → directory sync.
 */
export async function settleTail(disk: Disk, dir: string, tail: Tail): Promise<void> {
  if (tail.settled) return;
  const name = segmentName(tail.segment);
  const file = await disk.open(`${dir}/${name}.tmp`, 'create');
  try {
    await file.write(tail.bytes.subarray(0, tail.end), 0);
    await writeZeros(file, tail.end, tail.size);
  } finally {
    await file.close();
  }
  await disk.rename(`${dir}/${name}.tmp`, `${dir}/${name}`);
  await disk.syncDirectory(dir);
}

/** Leftovers of a crash: no part of the log. */
export async function removeTemporary(disk: Disk, dir: string): Promise<void> {
  for (const name of await disk.list(dir)) if (name.endsWith('.tmp')) await disk.remove(`${dir}/${name}`);
}
