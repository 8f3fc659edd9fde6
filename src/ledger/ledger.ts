/**
 * The book of one shard, open for writing: takes masked entries, seals each with its subject's key, hands them to the
 * group commit, and answers when they are durable. Refuses rather than guesses; knows nothing of calls or HTTP.
 */
import { ok, err } from '#result.ts';
import { plainBytes, sealBlob, sealedBytes } from '#ledger/blob.ts';
import { dayOf } from '#ledger/clock.ts';
import { entryFault, PIECES_MAX } from '#ledger/leaf.ts';
import { controlEntry } from '#ledger/own-records.ts';
import { callId } from '#ledger/random.ts';
import { Upkeep } from '#ledger/upkeep.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { OwnHeader } from '#masking/own-words.ts';
import type { PieceKey, SealedBlob } from '#ledger/blob.ts';
import type { LedgerClock } from '#ledger/clock.ts';
import type { CommittedBatch, GroupCommit } from '#ledger/commit.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { LedgerPort, Watermark } from '#ledger/port.ts';
import type { LedgerAct } from '#ledger/own-records.ts';
import type { LedgerEntry, LedgerRefusal, RecordRef } from '#ledger/record.ts';
import type { Result } from '#result.ts';

/** Where the ledger tells the operator what it does; never a payload, a name or a key. */
export type LedgerLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, string | number | boolean>>,
) => void;

export type LedgerStats = {
  /** Durable records. */
  readonly size: number;
  readonly commits: number;
  readonly queuedRecords: number;
  readonly queuedBytes: number;
  /** Refusals of unverified callers that found their small queue full, or no space. */
  readonly refusalsDropped: number;
  readonly openIntents: number;
  readonly lowSpace: boolean;
  readonly latched: boolean;
  /** Of the file system the ledger is on, as last looked at. */
  readonly freeBytes: number | undefined;
  /** Since the start. */
  readonly clockJumps: number;
};

export type LedgerParts = {
  readonly origin: string;
  readonly clock: LedgerClock;
  readonly limits: Limits;
  readonly log: LedgerLog;
  readonly random: (count: number) => Buffer;
  readonly keyring: Keyring;
  readonly commit: GroupCommit;
  readonly freeBytes: () => Promise<number>;
  /** Keeps the latest checkpoint for the next start. */
  readonly keepCheckpoint: (note: string) => Promise<void>;
  /** Lets go of files and lock, after everything is written or nothing more will be. */
  readonly release: () => Promise<void>;
};

type State = 'opening' | 'open' | 'closing' | 'closed' | 'latched';
type Settle = (outcome: Result<RecordRef, LedgerRefusal>) => void;

const RETRY_AFTER_MS: Readonly<Record<LedgerRefusal['reason'], number>> = {
  latched: 10_000,
  low_space: 30_000,
  queue_full: 1_000,
  closed: 5_000,
  too_large: 0,
  not_open: 0,
};

/** Leaf, frame and commit of one record, roughly; with the segment header's usual size kept free. */
const RECORD_OVERHEAD_BYTES = 1_024;
const SEGMENT_OVERHEAD_BYTES = 16 * 1024;
const PLAIN_BYTES_MAX = PIECES_MAX * LIMITS.blobPieceBytes;

const refusal = (reason: LedgerRefusal['reason']): { readonly ok: false; readonly error: LedgerRefusal } =>
  err({ reason, retryAfterMs: RETRY_AFTER_MS[reason] });

/** Stored bytes of an entry, an upper bound: a UTF-16 unit of the header is at most three bytes of UTF-8. */
const entryBytes = (entry: LedgerEntry): number =>
  RECORD_OVERHEAD_BYTES + sealedBytes(plainBytes(entry.header.length * 3, entry.payload?.length ?? 0));

export class Ledger implements LedgerPort {
  readonly origin: string;
  readonly shard: string;
  readonly #parts: LedgerParts;
  readonly #commitListeners: ((mark: Watermark, batch: CommittedBatch) => void)[] = [];
  readonly #latchListeners: ((error: Error) => void)[] = [];
  readonly #upkeep: Upkeep;
  #state: State = 'opening';
  #latchError: Error | undefined;
  #queuedRecords = 0;
  #queuedBytes = 0;
  #queuedRefusals = 0;
  #refusalsDropped = 0;
  /** Entries that are being sealed or wait for their key, not with the group commit yet. */
  #sealing = 0;
  #sealed: (() => void) | undefined;
  #keptSize = -1;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.origin = parts.origin;
    this.shard = parts.origin.slice(parts.origin.indexOf('/') + 1);
    const { clock, commit, freeBytes, keyring, limits } = parts;
    this.#upkeep = new Upkeep({
      clock,
      limits,
      freeBytes,
      busy: () => commit.busy,
      commits: () => commit.commits,
      stalled: (ms) => this.latch(new Error(`the disk has not answered for ${Math.round(ms / 1000)} s`)),
      jumped: (ms) => {
        parts.log('warn', 'the clock jumped', { jumpMs: Math.round(ms) });
        void this.#act('clock_jump', { jumpMs: Math.round(ms) });
      },
      idle: () => void this.#act('heartbeat', { openIntents: commit.openIntents.size }),
      space: (low, free) => this.#spaceChanged(low, free),
      prepareDay: (day) => keyring.prepareDay(day),
      keepCheckpoint: () => this.#keepCheckpoint(),
      failed: (error) => this.latch(error instanceof Error ? error : new Error(String(error))),
    });
  }

  append(entry: LedgerEntry): Promise<Result<RecordRef, LedgerRefusal>> {
    const fault = entryFault(entry);
    if (fault !== undefined) return Promise.reject(new TypeError(`ledger entry: ${fault}`));
    const reason = this.#refuses(entry);
    if (reason !== undefined) return Promise.resolve(refusal(reason));
    return new Promise((resolve) => {
      this.#take(entry, 0, resolve);
    });
  }

  appendUnwaited(entry: LedgerEntry): boolean {
    const fault = entryFault(entry);
    if (fault !== undefined) throw new TypeError(`ledger entry: ${fault}`);
    const taken =
      this.accepts().ok &&
      !this.#upkeep.scarceSpace &&
      this.#queuedRefusals < this.#parts.limits.refusalQueueRecords &&
      this.#refuses(entry) === undefined;
    if (!taken) {
      this.#refusalsDropped += 1;
      return false;
    }
    this.#queuedRefusals += 1;
    this.#take(entry, 1, () => {
      this.#queuedRefusals -= 1;
    });
    return true;
  }

  accepts(): Result<true, LedgerRefusal> {
    if (this.#state !== 'open') return refusal(this.#state === 'latched' ? 'latched' : 'closed');
    if (this.#upkeep.lowSpace) return refusal('low_space');
    const { ledgerQueueRecords, ledgerQueueBytes } = this.#parts.limits;
    return this.#queuedRecords >= ledgerQueueRecords || this.#queuedBytes >= ledgerQueueBytes
      ? refusal('queue_full')
      : ok(true);
  }

  watermark(): Watermark {
    return this.#parts.commit.mark;
  }

  checkpoint(): string {
    return this.#parts.commit.note;
  }

  stats(): LedgerStats {
    const { commit } = this.#parts;
    return {
      size: commit.mark.size,
      commits: commit.commits,
      queuedRecords: this.#queuedRecords,
      queuedBytes: this.#queuedBytes,
      refusalsDropped: this.#refusalsDropped,
      openIntents: commit.openIntents.size,
      lowSpace: this.#upkeep.lowSpace,
      latched: this.#state === 'latched',
      freeBytes: this.#upkeep.freeBytes,
      clockJumps: this.#upkeep.clockJumps,
    };
  }

  /** Called after each commit that became durable. The listener must not throw. */
  onCommit(listener: (mark: Watermark, batch: CommittedBatch) => void): void {
    this.#commitListeners.push(listener);
  }

  /** Called once when the ledger stops for good; at once when it has. The process must end, non-zero. */
  onLatch(listener: (error: Error) => void): void {
    if (this.#latchError === undefined) this.#latchListeners.push(listener);
    else listener(this.#latchError);
  }

  /** Refuses what comes, writes what waits and the record of the clean stop, and lets go of the shard. */
  async close(): Promise<void> {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    if (this.#state !== 'latched') {
      this.#state = 'closing';
      await this.#upkeep.stop();
      await this.#allSealed();
      await this.#parts.commit.drained();
      await this.#act('stop', { openIntents: this.#parts.commit.openIntents.size });
    }
    if (this.#latchError !== undefined) {
      // The disk may never answer again: nobody waits for it, and the shard stays held until it does or the process ends.
      void this.#parts.release().catch(() => undefined);
      return;
    }
    await this.#keepCheckpoint();
    await this.#parts.release();
    this.#state = 'closed';
  }

  // What follows is for the folder itself: opening, and the group commit's reports.

  /** Durable before anything else may be appended: how `openLedger` writes the records of a start. */
  begin(entries: readonly LedgerEntry[]): Promise<readonly Result<RecordRef, LedgerRefusal>[]> {
    return Promise.all(
      entries.map((entry) => new Promise<Result<RecordRef, LedgerRefusal>>((resolve) => this.#take(entry, 0, resolve))),
    );
  }

  async ready(): Promise<void> {
    await this.#upkeep.checkSpace();
    if (this.#state === 'opening') this.#state = 'open';
  }

  committed(mark: Watermark, batch: CommittedBatch): void {
    for (const listener of this.#commitListeners) listener(mark, batch);
  }

  latch(error: Error): void {
    this.#parts.commit.latch(error);
  }

  latched(error: Error): void {
    this.#state = 'latched';
    this.#latchError = error;
    this.#parts.log('error', 'the ledger stopped: nothing more is recorded or acknowledged', { error: error.message });
    for (const listener of this.#latchListeners.splice(0)) listener(error);
  }

  /** One tick of the upkeep, for tests that drive the clock; resolves when its disk work is done. */
  async tick(): Promise<void> {
    this.#upkeep.tick();
    await this.#upkeep.settled();
  }

  #refuses(entry: LedgerEntry): LedgerRefusal['reason'] | undefined {
    if (this.#state !== 'open') return this.#state === 'latched' ? 'latched' : 'closed';
    const { ledgerQueueBytes, ledgerQueueRecords, segmentBytes } = this.#parts.limits;
    const bytes = entryBytes(entry);
    if (
      bytes > segmentBytes - SEGMENT_OVERHEAD_BYTES ||
      plainBytes(entry.header.length * 3, entry.payload?.length ?? 0) > PLAIN_BYTES_MAX
    )
      return 'too_large';
    // Only what would begin something new is refused for want of space; what is under way must be closed.
    if (this.#upkeep.lowSpace && entry.kind === 'intent') return 'low_space';
    // The same for the queue: the answer to a call that ran must find room when new calls do not.
    const room = entry.kind === 'intent' ? 1 : 2;
    return this.#queuedRecords >= room * ledgerQueueRecords || this.#queuedBytes + bytes > room * ledgerQueueBytes
      ? 'queue_full'
      : undefined;
  }

  /** Counts the entry into the queue, finds its key, seals it. From here on it is settled exactly once. */
  #take(entry: LedgerEntry, lane: 0 | 1, settle: Settle): void {
    const bytes = entryBytes(entry);
    this.#queuedRecords += 1;
    this.#queuedBytes += bytes;
    this.#sealing += 1;
    const done: Settle = (outcome) => {
      this.#queuedRecords -= 1;
      this.#queuedBytes -= bytes;
      settle(outcome);
    };
    const { clock, keyring } = this.#parts;
    const day = dayOf(clock.unixMs());
    const key = keyring.cached(day, entry.subject);
    if (key !== undefined) return this.#seal(entry, key, lane, done);
    keyring.obtain(day, entry.subject).then(
      (obtained) => this.#seal(entry, obtained, lane, done),
      (error: unknown) => this.#sealFailed(error, done),
    );
  }

  #seal(entry: LedgerEntry, key: PieceKey, lane: 0 | 1, done: Settle): void {
    const steps = sealBlob(
      { origin: this.origin, call: entry.call, kind: entry.kind },
      Buffer.from(entry.header),
      entry.payload,
      key,
      this.#parts.random,
    );
    const step = (): void => {
      try {
        const next = steps.next();
        if (next.done === true) this.#submit(entry, next.value, lane, done);
        else setImmediate(step);
      } catch (error) {
        this.#sealFailed(error, done);
      }
    };
    step();
  }

  #submit(entry: LedgerEntry, blob: SealedBlob, lane: 0 | 1, done: Settle): void {
    const { kind, call, ref, st, mask, pol } = entry;
    const settle = (outcome: Result<number, LedgerRefusal['reason']>): void => {
      done(outcome.ok ? ok({ shard: this.shard, n: outcome.value }) : refusal(outcome.error));
    };
    this.#parts.commit.submit({ entry: { kind, call, ref, st, mask, pol }, blob, settle }, lane);
    this.#oneSealed();
  }

  /** A key that could not be made durable, or a bug in sealing: either way records can no longer be promised. */
  #sealFailed(error: unknown, done: Settle): void {
    this.latch(error instanceof Error ? error : new Error(String(error)));
    done(refusal('latched'));
    this.#oneSealed();
  }

  #oneSealed(): void {
    this.#sealing -= 1;
    if (this.#sealing === 0) this.#sealed?.();
  }

  async #allSealed(): Promise<void> {
    if (this.#sealing === 0) return;
    await new Promise<void>((resolve) => {
      this.#sealed = resolve;
    });
  }

  async #act(act: LedgerAct, detail: NonNullable<OwnHeader['detail']>): Promise<void> {
    if (this.#state === 'latched' || this.#state === 'closed') return;
    await this.begin([controlEntry(callId(this.#parts.random), act, detail)]);
  }

  #spaceChanged(low: boolean, freeBytes: number): void {
    this.#parts.log(
      low ? 'error' : 'info',
      low ? 'disk space is low: no new calls are taken' : 'disk space suffices again',
      { freeBytes },
    );
    if (this.#state === 'open') void this.#act('low_space', { state: low ? 'low' : 'cleared', freeBytes });
    if (!low) this.#parts.commit.prepareAhead();
  }

  async #keepCheckpoint(): Promise<void> {
    const { size } = this.#parts.commit.mark;
    if (size === this.#keptSize) return;
    await this.#parts.keepCheckpoint(this.#parts.commit.note);
    this.#keptSize = size;
  }
}
