/**
 * The gateway's side of the index worker: pokes it when the ledger grew, at most every `indexIntervalMs` so that it works in
 * batches, and knows how far it is. Never throws into the data path and never hides a fault: `state().failing` and `onFault`
 * say it, and the index catches up by itself when the cause is gone.
 */
import { Worker } from 'node:worker_threads';
import type { FromWorker, IndexerSettings, ToWorker } from '#events/indexer-messages.ts';
import type { Watermark } from '#ledger/port.ts';
import { unreachable } from '#result.ts';

export type IndexerState = {
  /** Size of the ledger's prefix that can be searched. */
  readonly indexedThrough: number;
  /** Size of the ledger, as last told. */
  readonly size: number;
  readonly lagRecords: number;
  /** Why the last attempt failed; undefined when it did not. */
  readonly failing: string | undefined;
  /** How often the index was dropped and built again since the start. */
  readonly rebuilds: number;
};

export type Indexer = {
  /** After each commit of the ledger; costs next to nothing. */
  notify(watermark: Pick<Watermark, 'size'>): void;
  state(): IndexerState;
  /** Read your writes: true once the first `size` records are indexed, false after `timeoutMs`. */
  waitForIndex(size: number, timeoutMs: number): Promise<boolean>;
  /** Indexes what was notified for up to `drainMs`, then ends the worker and lets go of the index. */
  close(drainMs?: number): Promise<void>;
};

export type IndexerEvent =
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'rebuild'; readonly reason: string }
  | { readonly type: 'unmatched'; readonly count: number };

export type IndexerOptions = IndexerSettings & { readonly onEvent: (event: IndexerEvent) => void };

export function createIndexer(options: IndexerOptions): Indexer {
  const { onEvent, ...settings } = options;
  return new WorkerIndexer(settings, onEvent);
}

const RETRY_MS_MAX = 10_000;
/** What is not indexed then is indexed after the next start. */
const DRAIN_MS = 2_000;

type Waiter = { readonly size: number; readonly settle: (reached: boolean) => void };

class WorkerIndexer implements Indexer {
  readonly #settings: IndexerSettings;
  readonly #onEvent: (event: IndexerEvent) => void;
  readonly #waiters = new Set<Waiter>();
  #worker: Worker | undefined;
  #working = false;
  #timer: NodeJS.Timeout | undefined;
  #indexedThrough = 0;
  #size = 0;
  #failing: string | undefined;
  /** Failed attempts since one that went well. */
  #failures = 0;
  #rebuilds = 0;
  /** Records of the latest catching up. */
  #batchRecords = 0;
  #stopped: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: IndexerSettings, onEvent: (event: IndexerEvent) => void) {
    this.#settings = settings;
    this.#onEvent = onEvent;
  }

  notify({ size }: Pick<Watermark, 'size'>): void {
    this.#size = Math.max(this.#size, size);
    if (this.#stopped !== undefined || this.#working || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#poke(), this.#pauseMs()).unref();
  }

  state(): IndexerState {
    return {
      indexedThrough: this.#indexedThrough,
      size: this.#size,
      lagRecords: Math.max(0, this.#size - this.#indexedThrough),
      failing: this.#failing,
      rebuilds: this.#rebuilds,
    };
  }

  waitForIndex(size: number, timeoutMs: number): Promise<boolean> {
    if (this.#indexedThrough >= size) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = {
      size,
      settle: (reached) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(reached);
      },
    };
    const timer = setTimeout(() => waiter.settle(false), timeoutMs);
    this.#waiters.add(waiter);
    return promise;
  }

  close(drainMs = DRAIN_MS): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    if (this.#size > this.#indexedThrough) {
      clearTimeout(this.#timer);
      if (!this.#working) this.#poke();
      await this.waitForIndex(this.#size, drainMs);
    }
    clearTimeout(this.#timer);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopped = resolve;
    const worker = this.#worker;
    if (worker !== undefined) {
      worker.ref();
      this.#send({ type: 'stop' });
      await promise;
      await worker.terminate();
    }
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  /** Under load fewer and larger batches: each costs the text index a merge. */
  #pauseMs(): number {
    const { indexIntervalMs, indexIntervalBusyMs, indexBusyRecords } = this.#settings.limits;
    if (this.#failures > 0) return Math.min(indexIntervalMs * 2 ** this.#failures, RETRY_MS_MAX);
    return this.#batchRecords >= indexBusyRecords ? indexIntervalBusyMs : indexIntervalMs;
  }

  #poke(): void {
    this.#timer = undefined;
    this.#working = true;
    this.#batchRecords = 0;
    this.#send({ type: 'catch_up' });
  }

  #send(message: ToWorker): void {
    const port = (this.#worker ??= this.#start());
    port.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.resolve('#events/indexer.worker.ts')), {
      workerData: this.#settings,
    });
    worker.unref();
    worker.on('message', (message: FromWorker) => this.#take(message));
    worker.on('error', (error) => this.#fail(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => {
      // A worker that died is started anew by the next poke.
      if (this.#worker === worker) this.#worker = undefined;
      this.#working = false;
      this.#stopped?.();
      if (this.#size > this.#indexedThrough) this.notify({ size: this.#size });
    });
    return worker;
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case 'progress':
        this.#batchRecords += message.progress.indexedThrough - this.#indexedThrough;
        this.#failing = undefined;
        this.#failures = 0;
        this.#indexedThrough = message.progress.indexedThrough;
        this.#size = Math.max(this.#size, message.progress.size);
        for (const waiter of this.#waiters) if (waiter.size <= this.#indexedThrough) waiter.settle(true);
        return;
      case 'idle':
        this.#working = false;
        // What came meanwhile, or a failed attempt: again after the interval.
        if (this.#size > this.#indexedThrough) this.notify({ size: this.#size });
        return;
      case 'rebuild':
        this.#rebuilds++;
        this.#onEvent(message);
        return;
      case 'unmatched':
        this.#onEvent(message);
        return;
      case 'failed':
        this.#fail(message.message);
        return;
      case 'stopped':
        this.#stopped?.();
        return;
      default:
        unreachable(message);
    }
  }

  #fail(message: string): void {
    // The same cause at each attempt is one event, not one every interval.
    if (this.#failing !== message) this.#onEvent({ type: 'failed', message });
    this.#failing = message;
    this.#failures = Math.min(this.#failures + 1, 16);
  }
}
