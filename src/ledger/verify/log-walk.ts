/**
 * Leads the walk through the segments of a log that may be growing at the same time: which file is next, whether bytes
 * after the last commit are a batch in the making, what a crash left, or damage (docs/ledger-format.md section 8).
 */
import { type BatchScan, scanBatch, whyNotOneBatch } from '#ledger/verify/batch.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { ByteReader } from '#ledger/verify/byte-reader.ts';
import { FaultFound } from '#ledger/verify/fault.ts';
import type { Progress } from '#ledger/verify/report.ts';
import { type ShardFiles, isKnownName, isSegmentName, readSmallFile, segmentName } from '#ledger/verify/shard-files.ts';
import { type Walk, checkBatch, checkSegmentStart } from '#ledger/verify/walk.ts';
import { type SyncedUpTo, WATERMARK_BYTES, parseWatermark } from '#ledger/verify/watermark.ts';

export type LogWalk = {
  readonly files: ShardFiles;
  readonly walk: Walk;
  /** Observations that are no fault. */
  readonly notes: Set<string>;
  /** Stop at the durable watermark instead of the end of the files, when there is one. */
  readonly issuedOnly: boolean;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly pause: (ms: number) => Promise<unknown>;
  segments: number;
  synced: SyncedUpTo | undefined;
  /** How often the watermark was followed further, and how long was waited for the batch at hand. */
  rounds: number;
  waitedMs: number;
};

export async function walkLog(log: LogWalk): Promise<void> {
  await look(log);
  let toTheEnd = true;
  // At least one: an empty directory is a log whose first segment is missing.
  for (let segment = 0; toTheEnd && segment < Math.max(1, log.segments); segment += 1) {
    const file = segmentName(segment);
    const source = await log.files.open(file);
    if (source === undefined) throw missing(file);
    try {
      toTheEnd = (await walkSegment(log, new ByteReader(source), file, segment)) === 'next';
    } finally {
      await source.close();
    }
  }
  checkLength(log, toTheEnd);
}

/** Reads the list of segments and the watermark; always before the bytes they speak about. */
async function look(log: LogWalk): Promise<void> {
  const names = await log.files.names();
  const segments = names.filter(isSegmentName).sort();
  for (const [index, name] of segments.entries()) if (name !== segmentName(index)) throw missing(segmentName(index));
  for (const name of names) if (!isKnownName(name)) log.notes.add(`${JSON.stringify(name)} is no file of a log`);
  log.segments = segments.length;
  const bytes = await readSmallFile(log.files, 'watermark', WATERMARK_BYTES);
  const synced = bytes === undefined ? undefined : parseWatermark(bytes);
  if (synced !== undefined) log.synced = synced;
  else if (names.includes('watermark') && log.synced === undefined) log.notes.add('the watermark file is damaged');
}

const missing = (file: string): FaultFound =>
  new FaultFound({ code: 'missing_segment', file, offset: null, record: null, what: 'the segment is missing' });

/** `next`: the zeros of the segment were reached. `enough`: the watermark was, and that is as far as the walk goes. */
async function walkSegment(
  log: LogWalk,
  reader: ByteReader,
  file: string,
  segment: number,
): Promise<'next' | 'enough'> {
  let offset = await checkSegmentStart(log.walk, reader, file, segment);
  let looked = false;
  for (;;) {
    const scan = await scanBatch(reader, offset);
    if (scan.kind === 'complete') {
      offset = await checkBatch(log.walk, reader, file, offset, scan.records);
      looked = false;
      log.waitedMs = 0;
      const position = { bytes: segment * reader.size + offset, bytesTotal: log.segments * reader.size };
      log.onProgress?.({ ...position, records: log.walk.tree.size });
      if (await isEnough(log)) return 'enough';
    } else if (!looked) {
      // The bytes at hand may be older than what is known about them: look first, then once more at the bytes.
      await look(log);
      reader.refresh();
      looked = true;
    } else if (scan.kind === 'end') {
      return 'next';
    } else {
      await judgeBroken(log, reader, { file, offset, last: segment + 1 >= log.segments }, scan);
      looked = false;
    }
  }
}

/** Whether the walk may end at this commit: everything issued was read, or a log that grows faster than it is read. */
async function isEnough(log: LogWalk): Promise<boolean> {
  const { tree, later } = log.walk;
  const issued = log.synced?.size;
  if (issued === undefined || tree.size < issued || tree.size < (later?.size ?? 0)) return false;
  if (log.issuedOnly) return true;
  await look(log);
  if (log.synced === undefined || log.synced.size <= issued) return false;
  log.rounds += 1;
  if (log.rounds < BOUNDS.liveRounds) return false;
  log.notes.add(`the log grows while it is read: verified up to ${tree.size} records`);
  return true;
}

type BatchPlace = { readonly file: string; readonly offset: number; readonly last: boolean };

/** Throws the fault, or returns after a pause when the batch may still be in the making. */
async function judgeBroken(
  log: LogWalk,
  reader: ByteReader,
  { file, offset, last }: BatchPlace,
  scan: Extract<BatchScan, { kind: 'broken' }>,
): Promise<void> {
  const { size } = log.walk.tree;
  const record = scan.zeroTail ? null : size + scan.records;
  const fail = (code: 'damaged' | 'incomplete_batch', what: string): never => {
    throw new FaultFound({
      code: scan.zeroTail && code === 'damaged' ? 'not_zero' : code,
      file,
      offset: scan.at,
      record,
      what,
    });
  };
  if (!last) return fail('damaged', scan.what);
  if (log.synced !== undefined && log.synced.size > size) {
    return fail('damaged', `${scan.what}, although the watermark knows of ${log.synced.size} records`);
  }
  if (log.synced !== undefined && log.waitedMs < BOUNDS.liveWaitMs) {
    await log.pause(BOUNDS.livePollMs);
    log.waitedMs += BOUNDS.livePollMs;
    return undefined;
  }
  const why = await whyNotOneBatch(reader, offset, size);
  if (why !== undefined) return fail('damaged', `${scan.what}, and this is not what a crash leaves: ${why}`);
  const words = `an incomplete batch follows the last commit at offset ${offset}: ${scan.what} at offset ${scan.at}`;
  return fail(
    'incomplete_batch',
    `${words}. A crash leaves this and the next start drops it; if there was none, it is tampering`,
  );
}

/** The log must reach as far as anything signed or published says it did. */
function checkLength(log: LogWalk, toTheEnd: boolean): void {
  const { tree, later, commit } = log.walk;
  const file = segmentName(Math.max(0, log.segments - 1));
  const cut = (code: 'truncated' | 'checkpoint', what: string): never => {
    throw new FaultFound({ code, file, offset: null, record: null, what });
  };
  if (commit === undefined) cut('truncated', 'the log holds no signed checkpoint');
  if (toTheEnd && log.synced !== undefined && log.synced.size > tree.size) {
    cut(
      'truncated',
      `the log ends after ${tree.size} records, the watermark knows of ${log.synced.size}: records were cut off`,
    );
  }
  if (later !== undefined && later.size > tree.size) {
    cut(
      'checkpoint',
      `the log ends after ${tree.size} records, the given checkpoint was signed for ${later.size}: records were cut off`,
    );
  }
}
