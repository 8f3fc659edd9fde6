/**
 * Group commit: while one commit is in flight the next batch gathers; one contiguous write, one sync, then all of
 * the batch is acknowledged. The only place that gives records their index, extends the tree and signs.
 * A disk error, a short write or a stalled sync latches it: nothing is acknowledged ever after.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import {
  commitFrameBytes,
  RECORD_LEAF_OFFSET,
  recordFrameBytes,
  writeCommitFrame,
  writeRecordFrame,
} from '#ledger/body.ts';
import { beginSegment, createAhead, segmentName } from '#ledger/segment.ts';
import { encodeLeaf } from '#ledger/leaf.ts';
import { leafHash } from '#ledger/merkle.ts';
import type { Limits } from '#limits.ts';
import type { SealedBlob } from '#ledger/blob.ts';
import type { LedgerClock } from '#ledger/clock.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';
import type { RightEdge } from '#ledger/merkle.ts';
import type { OpenIntents } from '#ledger/open-intents.ts';
import type { Watermark } from '#ledger/port.ts';
import type { LedgerEntry, LedgerRefusal } from '#ledger/record.ts';
import type { Signer } from '#ledger/signer.ts';

/** A sealed entry waiting for its index. */
export type Pending = {
  readonly entry: Pick<LedgerEntry, 'kind' | 'call' | 'ref' | 'st' | 'mask' | 'pol'>;
  readonly blob: SealedBlob;
  /** Called once: with the index when durable, or with why not. */
  readonly settle: (outcome: Result<number, LedgerRefusal['reason']>) => void;
};

export type CommitParts = {
  readonly disk: Disk;
  readonly dir: string;
  readonly signer: Signer;
  readonly clock: LedgerClock;
  readonly limits: Pick<Limits, 'segmentBytes' | 'batchRecords' | 'batchBytes'>;
  readonly edge: RightEdge;
  readonly open: OpenIntents;
  /** The segment to go on with; undefined begins segment 0. */
  readonly tail:
    | { readonly file: DiskFile; readonly segment: number; readonly size: number; readonly end: number }
    | undefined;
  readonly note: string;
  readonly committed: (mark: Watermark, batch: CommittedBatch) => void;
  /** No commit is under way or waiting, for now. */
  readonly rested: () => void;
  readonly latched: (error: Error) => void;
};

/** One commit, for whoever watches the ledger: how much it took and how long the disk needed for write and sync. */
export type CommittedBatch = {
  readonly records: number;
  readonly bytes: number;
  readonly diskMs: number;
  /** Records of the next commit are waiting already. */
  readonly more: boolean;
};

type Placed = { readonly pending: Pending; readonly n: number; readonly leaf: string };
type Batch = { readonly first: number; readonly records: readonly Placed[]; readonly bytes: number };

/** Room kept for the commit frame: a checkpoint with one signature is under 600 bytes. */
const COMMIT_ROOM_BYTES = commitFrameBytes(1024);
const SCRATCH_BYTES = 1024 * 1024;
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

export class GroupCommit {
  readonly #parts: CommitParts;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Two lanes: what callers wait for, then refusals nobody waits for. */
  readonly #lanes: readonly [Pending[], Pending[]] = [[], []];
  #file: DiskFile | undefined;
  #segment: number;
  #segmentBytes: number;
  #end: number;
  #ahead: Promise<DiskFile> | undefined;
  #inFlight: readonly Placed[] = [];
  #running: Promise<void> | undefined;
  #latched = false;
  #stopped = false;
  #mark: Watermark;
  #note: string;
  #commits = 0;

  constructor(parts: CommitParts) {
    this.#parts = parts;
    this.#file = parts.tail?.file;
    this.#segment = parts.tail?.segment ?? -1;
    this.#segmentBytes = parts.tail?.size ?? 0;
    this.#end = parts.tail?.end ?? 0;
    this.#note = parts.note;
    this.#mark = { size: parts.edge.size, segment: Math.max(0, this.#segment), offset: this.#end };
  }

  get mark(): Watermark {
    return this.#mark;
  }

  /** The latest issued checkpoint: its sync returned. */
  get note(): string {
    return this.#note;
  }

  get commits(): number {
    return this.#commits;
  }

  /** Whether a write or sync has not returned yet. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  get openIntents(): OpenIntents {
    return this.#parts.open;
  }

  submit(pending: Pending, lane: 0 | 1): void {
    if (this.#latched) return pending.settle(err('latched'));
    this.#lanes[lane].push(pending);
    this.#start();
  }

  /** Starts making the next segment unless that is under way. A failure is not fatal until the segment is needed. */
  prepareAhead(): void {
    if (this.#ahead !== undefined || this.#stopped || this.#latched) return;
    const ahead = createAhead(
      this.#parts.disk,
      this.#parts.dir,
      this.#parts.limits.segmentBytes,
      () => this.#stopped || this.#latched,
    );
    this.#ahead = ahead;
    ahead.catch(() => {
      if (this.#ahead === ahead) this.#ahead = undefined;
    });
  }

  /** Resolves when the segment ahead is made, or could not be. */
  async aheadSettled(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
  }

  /** Stops for good: everything waiting is refused, and whatever the disk still answers is not believed. */
  latch(error: Error): void {
    if (this.#latched) return;
    this.#latched = true;
    const waiting = [
      ...this.#inFlight.map((placed) => placed.pending),
      ...this.#lanes[0].splice(0),
      ...this.#lanes[1].splice(0),
    ];
    this.#inFlight = [];
    for (const pending of waiting) pending.settle(err('latched'));
    this.#parts.latched(error);
  }

  /** Resolves when nothing is queued or in flight. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.drained();
    const ahead = await this.#ahead?.catch(() => undefined);
    await ahead?.close();
    await this.#file?.close();
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#latched && this.#waiting()) this.#start();
    });
  }

  #waiting(): boolean {
    return this.#lanes[0].length + this.#lanes[1].length > 0;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#latched && this.#waiting()) {
        // Lets everything that this turn of the event loop brings join the batch.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#commitNext();
      }
    } catch (error) {
      this.latch(asError(error));
    }
    this.#parts.rested();
  }

  async #commitNext(): Promise<void> {
    if (this.#file === undefined) await this.#rollOver();
    let batch = this.#gather();
    if (batch === 'segment full') {
      await this.#rollOver();
      batch = this.#gather();
      if (batch === 'segment full') {
        this.#lanes
          .find((lane) => lane.length > 0)
          ?.shift()
          ?.settle(err('too_large'));
        return;
      }
    }
    if (batch !== undefined && !this.#latched) await this.#write(batch);
  }

  /** Takes what fits from the lanes and gives each its index; what the grammar forbids is refused here, in order. */
  #gather(): Batch | 'segment full' | undefined {
    const { clock, edge, limits, open } = this.#parts;
    const records: Placed[] = [];
    const t = Math.max(0, Math.floor(clock.unixMs()));
    const room = this.#segmentBytes - this.#end;
    let bytes = COMMIT_ROOM_BYTES;
    let full = false;
    for (const lane of this.#lanes) {
      let taken = 0;
      for (const pending of lane) {
        if (full || records.length >= limits.batchRecords) break;
        const { entry, blob } = pending;
        if (open.fault(entry) !== undefined) {
          taken += 1;
          pending.settle(err('not_open'));
          continue;
        }
        const n = edge.size + records.length;
        const leaf = encodeLeaf({ v: 1, n, t, ...entry, hc: blob.hc, pc: blob.pc, bc: blob.bc });
        const size = recordFrameBytes(leaf.length, blob.pieces);
        const segmentFull = bytes + size > room;
        if (segmentFull && records.length === 0) {
          lane.splice(0, taken);
          return 'segment full';
        }
        full = segmentFull || (records.length > 0 && bytes + size > limits.batchBytes);
        if (full) break;
        taken += 1;
        bytes += size;
        records.push({ pending, n, leaf });
        open.apply({ ...entry, n });
      }
      lane.splice(0, taken);
    }
    return records.length === 0 ? undefined : { first: edge.size, records, bytes };
  }

  async #write(batch: Batch): Promise<void> {
    const { clock, committed, edge, signer } = this.#parts;
    const file = this.#file;
    if (file === undefined) throw new Error('no segment to write to');
    this.#inFlight = batch.records;
    const bytes = batch.bytes <= SCRATCH_BYTES ? this.#scratch : Buffer.allocUnsafeSlow(batch.bytes);
    let at = 0;
    for (const { leaf, pending } of batch.records) {
      const leafAt = at + RECORD_LEAF_OFFSET;
      at = writeRecordFrame(bytes, at, leaf, pending.blob.pieces);
      edge.append(leafHash(bytes.subarray(leafAt, leafAt + leaf.length)));
    }
    const note = signer.sign({ origin: signer.origin, size: edge.size, root: edge.root() });
    at = writeCommitFrame(bytes, at, batch.first, batch.records.length, Buffer.from(note));
    const startedMs = clock.monotonicMs();
    await file.write(bytes.subarray(0, at), this.#end);
    await file.datasync();
    const diskMs = clock.monotonicMs() - startedMs;
    if (this.#latched) return;
    this.#end += at;
    this.#commits += 1;
    this.#note = note;
    this.#mark = { size: edge.size, segment: this.#segment, offset: this.#end };
    this.#inFlight = [];
    committed(this.#mark, { records: batch.records.length, bytes: at, diskMs, more: this.#waiting() });
    for (const { pending, n } of batch.records) pending.settle(ok(n));
  }

  async #rollOver(): Promise<void> {
    const { clock, dir, disk, edge, limits, open, signer } = this.#parts;
    // One made earlier may have failed for want of space; now it is needed, so a second failure counts.
    const earlier = await this.#ahead?.catch(() => undefined);
    const ahead = earlier ?? (await createAhead(disk, dir, limits.segmentBytes));
    const segment = this.#segment + 1;
    const end = await beginSegment(disk, dir, ahead, {
      origin: signer.origin,
      segment,
      size: limits.segmentBytes,
      first: edge.size,
      edge: edge.roots,
      open: open.entries(),
      keys: [signer.vkey],
      t: Math.max(0, Math.floor(clock.unixMs())),
    });
    await this.#file?.close();
    await ahead.close();
    this.#file = await disk.open(`${dir}/${segmentName(segment)}`, 'commit');
    this.#segment = segment;
    this.#segmentBytes = limits.segmentBytes;
    this.#end = end;
    this.#ahead = undefined;
    this.prepareAhead();
  }
}
