/**
 * Bindings in `state.db`: read here, written by a thread that is started with the first one. While one batch is being
 * synced the next gathers. A batch that is not answered in time has failed, and the thread with it: nobody knows then what
 * it is doing.
 */
import { Worker } from 'node:worker_threads';
import type { BindingStore, BindingWrite, WriteOutcome } from '#bindings/binding.ts';
import type { FromWriter, ToWriter, WriterSettings } from '#store/binding-messages.ts';
import { openBindingTable } from '#store/binding-table.ts';
import type { BindingTable } from '#store/binding-table.ts';

export type BindingStoreOptions = WriterSettings & {
  /** For tests: another thread that speaks as bindings.worker.ts does. */
  readonly startThread?: (settings: WriterSettings) => Worker;
};

type Waiting = {
  readonly write: BindingWrite;
  readonly settled: PromiseWithResolvers<WriteOutcome>;
};

const writerThread = (settings: WriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/bindings.worker.ts')), { workerData: settings });

/** Throws when the file cannot be used. */
export const openBindingStore = (options: BindingStoreOptions): BindingStore =>
  new ThreadedBindingStore(options, openBindingTable(options.path, options.limits));

class ThreadedBindingStore implements BindingStore {
  readonly #options: BindingStoreOptions;
  readonly #table: BindingTable;
  #worker: Worker | undefined;
  #gathering: Waiting[] = [];
  #writing: readonly Waiting[] = [];
  #late: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: BindingStoreOptions, table: BindingTable) {
    this.#options = options;
    this.#table = table;
  }

  find(digest: Uint8Array): ReturnType<BindingStore['find']> {
    if (this.#isClosed) throw new Error('closed');
    return this.#table.find(digest);
  }

  write(write: BindingWrite): Promise<WriteOutcome> {
    if (this.#isClosed) return Promise.reject(new Error('closed'));
    if (this.#gathering.length >= this.#options.limits.bindingsWaiting) return Promise.reject(new Error('busy'));
    const settled = Promise.withResolvers<WriteOutcome>();
    this.#gathering.push({ write, settled });
    this.#next();
    return settled.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#failed('closed');
    this.#table.close();
    await worker?.terminate();
  }

  #next(): void {
    if (this.#writing.length > 0 || this.#gathering.length === 0) return;
    const { limits } = this.#options;
    try {
      const worker = (this.#worker ??= this.#start());
      this.#writing = this.#gathering;
      this.#gathering = [];
      this.#late = setTimeout(() => this.#failed('too_slow'), limits.bindingWriteMs);
      const batch: ToWriter = { writes: this.#writing.map(({ write }) => write) };
      const port = worker;
      port.postMessage(batch);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : 'no thread');
    }
  }

  #start(): Worker {
    const { path, limits, startThread = writerThread } = this.#options;
    const worker = startThread({ path, limits });
    worker.unref();
    const died = (why: string) => (): void => {
      if (this.#worker === worker) this.#failed(why);
    };
    worker.on('message', (message: FromWriter) => {
      if (this.#worker === worker) this.#heard(message);
    });
    worker.once('error', died('the thread failed'));
    worker.once('exit', died('the thread ended'));
    return worker;
  }

  #heard(message: FromWriter): void {
    clearTimeout(this.#late);
    const done = this.#writing;
    this.#writing = [];
    for (const [at, { settled }] of done.entries()) {
      const outcome = 'outcomes' in message ? message.outcomes[at] : undefined;
      if (outcome !== undefined) settled.resolve(outcome);
      else settled.reject(new Error('failed' in message ? message.failed : 'no outcome'));
    }
    this.#next();
  }

  /** Everything that waits fails with it; the next write starts another thread. */
  #failed(why: string): void {
    clearTimeout(this.#late);
    const waiting = [...this.#writing, ...this.#gathering];
    this.#writing = [];
    this.#gathering = [];
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    for (const { settled } of waiting) settled.reject(new Error(why));
  }
}
