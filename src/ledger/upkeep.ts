/**
 * What must be looked at while the ledger runs, whether or not anybody appends: stalled syncs, jumps of the clock,
 * idleness, free space, tomorrow's key, the checkpoint kept for the next start. One tick, driven from outside.
 */
import { dayOf } from '#ledger/clock.ts';
import type { Limits } from '#limits.ts';
import type { LedgerClock } from '#ledger/clock.ts';

export type UpkeepParts = {
  readonly clock: LedgerClock;
  readonly limits: Pick<
    Limits,
    | 'ledgerSyncStallMs'
    | 'ledgerFreeBytesMin'
    | 'ledgerFreeStrangersTimes'
    | 'heartbeatMs'
    | 'clockJumpMs'
    | 'ledgerTickMs'
  >;
  /** Whether a commit is on its way to the disk. */
  readonly busy: () => boolean;
  /** Number of commits so far: tells one long commit from many short ones. */
  readonly commits: () => number;
  readonly freeBytes: () => Promise<number>;
  readonly stalled: (ms: number) => void;
  readonly jumped: (ms: number) => void;
  readonly idle: () => void;
  readonly space: (low: boolean, freeBytes: number) => void;
  readonly prepareDay: (day: number) => Promise<void>;
  readonly keepCheckpoint: () => Promise<void>;
  /** A disk operation of the upkeep itself failed. */
  readonly failed: (error: unknown) => void;
};

const SPACE_EVERY_TICKS = 5;
const DAY_AHEAD_MS = 10 * 60_000;

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #cancel: () => void;
  #ticks = 0;
  #unixMs: number;
  #monotonicMs: number;
  #commits = 0;
  #stalledMs = 0;
  #idleMs = 0;
  #sinceCheckpointMs = 0;
  #low = false;
  #scarce = false;
  #freeBytes: number | undefined;
  #clockJumps = 0;
  /** Disk work of earlier ticks; while it runs no more is begun. */
  #work: Promise<void> | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#unixMs = parts.clock.unixMs();
    this.#monotonicMs = parts.clock.monotonicMs();
    this.#cancel = parts.clock.every(parts.limits.ledgerTickMs, () => this.tick());
  }

  get lowSpace(): boolean {
    return this.#low;
  }

  /** As last looked at. */
  get freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  get clockJumps(): number {
    return this.#clockJumps;
  }

  /** Enough room for calls, not for what may as well be written later. */
  get scarceSpace(): boolean {
    return this.#scarce;
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#work;
  }

  /** Resolves when the disk work of the ticks so far is done. */
  async settled(): Promise<void> {
    await this.#work;
  }

  tick(): void {
    const { clock, limits } = this.#parts;
    const passedMs = clock.monotonicMs() - this.#monotonicMs;
    const jumpMs = clock.unixMs() - this.#unixMs - passedMs;
    this.#monotonicMs += passedMs;
    this.#unixMs = clock.unixMs();
    if (Math.abs(jumpMs) > limits.clockJumpMs) {
      this.#clockJumps += 1;
      this.#parts.jumped(jumpMs);
    }
    // A process that was stopped for a minute has not waited a minute for its disk: one tick counts as two at most.
    const countedMs = Math.min(passedMs, 2 * limits.ledgerTickMs);
    this.#watchCommits(countedMs);
    this.#sinceCheckpointMs += countedMs;
    this.#ticks += 1;
    this.#work ??= this.#diskWork().finally(() => {
      this.#work = undefined;
    });
  }

  #watchCommits(countedMs: number): void {
    const { busy, commits, limits } = this.#parts;
    const progressed = commits() !== this.#commits;
    this.#commits = commits();
    this.#stalledMs = busy() && !progressed ? this.#stalledMs + countedMs : 0;
    if (this.#stalledMs >= limits.ledgerSyncStallMs) this.#parts.stalled(this.#stalledMs);
    this.#idleMs = busy() || progressed ? 0 : this.#idleMs + countedMs;
    if (this.#idleMs < limits.heartbeatMs) return;
    this.#idleMs = 0;
    this.#parts.idle();
  }

  async #diskWork(): Promise<void> {
    const { clock, failed, keepCheckpoint, limits, prepareDay } = this.#parts;
    try {
      if (this.#ticks % SPACE_EVERY_TICKS === 1) await this.checkSpace();
      await prepareDay(dayOf(clock.unixMs() + DAY_AHEAD_MS));
      if (this.#sinceCheckpointMs >= limits.heartbeatMs) {
        this.#sinceCheckpointMs = 0;
        await keepCheckpoint();
      }
    } catch (error) {
      failed(error);
    }
  }

  async checkSpace(): Promise<void> {
    const free = await this.#parts.freeBytes();
    this.#freeBytes = free;
    const { ledgerFreeBytesMin, ledgerFreeStrangersTimes } = this.#parts.limits;
    const low = free < ledgerFreeBytesMin;
    this.#scarce = free < ledgerFreeStrangersTimes * ledgerFreeBytesMin;
    if (low === this.#low) return;
    this.#low = low;
    this.#parts.space(low, free);
  }
}
