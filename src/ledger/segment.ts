/**
 * Segment files (docs/ledger-format.md section 2): the header that makes each readable without those before it,
 * and the steps by which a new one comes into being, each safe to crash at.
 */
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { CALL_PATTERN } from '#ledger/leaf.ts';
import { FRAME_HEAD_BYTES, readFrame, sealFrame } from '#ledger/frame.ts';
import { edgeLength, HASH_BYTES } from '#ledger/merkle.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import type { OpenIntent } from '#ledger/open-intents.ts';

export const SEGMENT_MAGIC = Buffer.from('GBSEG01\n');
export const AHEAD_NAME = 'next.tmp';
const ZEROS = Buffer.alloc(1024 * 1024);
/** How much of a segment ahead is written between two syncs: small, so that commits do not wait behind it for long. */
const AHEAD_SYNC_CHUNKS = 8;

export type SegmentHeader = {
  readonly origin: string;
  readonly segment: number;
  readonly size: number;
  readonly first: number;
  readonly edge: readonly Buffer[];
  readonly open: readonly OpenIntent[];
  readonly keys: readonly string[];
  readonly t: number;
};

export const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.seg`;

/** The number of a segment file's name, or undefined for other files. */
export const segmentNumber = (name: string): number | undefined =>
  /^[0-9]{8}\.seg$/.test(name) ? Number(name.slice(0, 8)) : undefined;

/** Canonical JSON: keys in order, and no string in it that JSON would escape. */
const headerText = (header: SegmentHeader): string =>
  JSON.stringify({
    edge: header.edge.map((root) => root.toString('base64')),
    first: header.first,
    format: 'gatebook-ledger',
    keys: header.keys,
    open: header.open,
    origin: header.origin,
    segment: header.segment,
    size: header.size,
    t: header.t,
    v: 1,
  });

/** Magic and header frame: the first bytes of a segment. */
export function encodeSegmentStart(header: SegmentHeader): Buffer {
  const text = Buffer.from(headerText(header));
  const bytes = Buffer.alloc(SEGMENT_MAGIC.length + FRAME_HEAD_BYTES + text.length);
  bytes.set(SEGMENT_MAGIC, 0);
  bytes.set(text, SEGMENT_MAGIC.length + FRAME_HEAD_BYTES);
  sealFrame(bytes, SEGMENT_MAGIC.length, 'header', text.length);
  return bytes;
}

type RawHeader = Record<
  'edge' | 'first' | 'format' | 'keys' | 'open' | 'origin' | 'segment' | 'size' | 't' | 'v',
  unknown
>;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isOpenIntent = (value: unknown): value is OpenIntent =>
  Array.isArray(value) && value.length === 2 && isCount(value[0]) && isText(value[1]) && CALL_PATTERN.test(value[1]);

/** Strict: what decodes would be encoded to the same bytes. Returns the header and the offset of the first batch. */
export function decodeSegmentStart(
  bytes: Buffer,
): Result<{ readonly header: SegmentHeader; readonly end: number }, string> {
  if (!bytes.subarray(0, SEGMENT_MAGIC.length).equals(SEGMENT_MAGIC))
    return err('no segment of format version 1: wrong magic');
  const frame = readFrame(bytes, SEGMENT_MAGIC.length);
  if (frame?.type !== 'header' || frame.body.length > LIMITS.segmentHeaderBytes) return err('header frame is damaged');
  let raw: RawHeader;
  try {
    raw = JSON.parse(frame.body.toString('utf8')) as RawHeader;
  } catch {
    return err('header is not JSON');
  }
  if (raw.format !== 'gatebook-ledger' || raw.v !== 1)
    return err(`format ${String(raw.format)} version ${String(raw.v)} is not known`);
  const { edge, first, keys, open, origin, segment, size, t } = raw;
  if (!isCount(first) || !isCount(segment) || !isCount(size) || !isCount(t) || !isText(origin))
    return err('header has a key of the wrong type');
  if (!Array.isArray(edge) || !edge.every(isText) || !Array.isArray(keys) || !keys.every(isText))
    return err('edge or keys of the header are not lists');
  if (!Array.isArray(open) || !open.every(isOpenIntent)) return err('open intents of the header are malformed');
  const roots = edge.map((root) => Buffer.from(root, 'base64'));
  if (roots.length !== edgeLength(first) || roots.some((root) => root.length !== HASH_BYTES))
    return err('edge of the header does not fit its first index');
  const header: SegmentHeader = { origin, segment, size, first, edge: roots, open, keys, t };
  if (headerText(header) !== frame.body.toString('utf8')) return err('header is not in canonical form');
  return ok({ header, end: frame.end });
}

/** Fills `file` with zeros from `from` to `size` and syncs: writing over zeros later costs half the sync of growing a file. */
export async function writeZeros(
  file: DiskFile,
  from: number,
  size: number,
  stopped: () => boolean = () => false,
): Promise<void> {
  for (let at = from, chunk = 1; at < size && !stopped(); at += ZEROS.length, chunk += 1) {
    await file.write(ZEROS.subarray(0, Math.min(ZEROS.length, size - at)), at);
    if (chunk % AHEAD_SYNC_CHUNKS === 0) await file.datasync();
  }
  await file.datasync();
}

/** The next segment, ahead of its need: all zeros, under a name that is no part of the log. */
export async function createAhead(disk: Disk, dir: string, size: number, stopped?: () => boolean): Promise<DiskFile> {
  const file = await disk.open(`${dir}/${AHEAD_NAME}`, 'create');
  await writeZeros(file, 0, size, stopped);
  return file;
}

/** Header into the file ahead → sync → its name → directory sync. Only then may a batch be written. Returns the first batch's offset. */
export async function beginSegment(disk: Disk, dir: string, ahead: DiskFile, header: SegmentHeader): Promise<number> {
  const start = encodeSegmentStart(header);
  if (start.length > LIMITS.segmentHeaderBytes || start.length >= header.size)
    throw new RangeError(`segment header of ${start.length} bytes is too large`);
  await ahead.write(start, 0);
  await ahead.datasync();
  await disk.rename(`${dir}/${AHEAD_NAME}`, `${dir}/${segmentName(header.segment)}`);
  await disk.syncDirectory(dir);
  return start.length;
}
