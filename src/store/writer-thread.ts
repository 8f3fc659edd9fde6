/**
 * A thread that writes into `state.db`, started with the first write, so that nothing else waits for the disk or for another
 * process. While one batch is being synced the next gathers. A batch that is not answered in time has failed, and the thread
 * with it: nobody knows then what it is doing.
 */
import type { Worker } from 'node:worker_threads';

/** One batch; the next is sent when it is answered. */
export type ToWriter<Write> = { readonly writes: readonly Write[] };
export type FromWriter<Outcome> = { readonly outcomes: readonly Outcome[] } | { readonly failed: string };

export type WriterOptions = {
  readonly start: () => Worker;
  /** Writes that may wait for their batch, and how many one has at most. */
  readonly waiting: number;
  readonly together: number;
  readonly writeMs: number;
};

type Waiting<Write, Outcome> = {
  readonly write: Write;
  readonly settled: PromiseWithResolvers<Outcome>;
};

export class WriterThread<Write, Outcome> {
  readonly #options: WriterOptions;
  #worker: Worker | undefined;
  #gathering: Waiting<Write, Outcome>[] = [];
  #writing: readonly Waiting<Write, Outcome>[] = [];
  #late: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Resolves with what the thread says of it; rejects when that cannot be done or said. */
  write(write: Write): Promise<Outcome> {
    if (this.#isClosed) return Promise.reject(new Error('closed'));
    if (this.#gathering.length >= this.#options.waiting) return Promise.reject(new Error('busy'));
    const settled = Promise.withResolvers<Outcome>();
    this.#gathering.push({ write, settled });
    this.#next();
    return settled.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#failed('closed');
    await worker?.terminate();
  }

  #next(): void {
    if (this.#writing.length > 0 || this.#gathering.length === 0) return;
    try {
      const worker = (this.#worker ??= this.#start());
      this.#writing = this.#gathering.slice(0, this.#options.together);
      this.#gathering = this.#gathering.slice(this.#options.together);
      this.#late = setTimeout(() => this.#failed('too_slow'), this.#options.writeMs);
      const batch: ToWriter<Write> = { writes: this.#writing.map(({ write }) => write) };
      const port = worker;
      port.postMessage(batch);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : 'no thread');
    }
  }

  #start(): Worker {
    const worker = this.#options.start();
    worker.unref();
    const died = (why: string) => (): void => {
      if (this.#worker === worker) this.#failed(why);
    };
    worker.on('message', (message: FromWriter<Outcome>) => {
      if (this.#worker === worker) this.#heard(message);
    });
    worker.once('error', died('the thread failed'));
    worker.once('exit', died('the thread ended'));
    return worker;
  }

  #heard(message: FromWriter<Outcome>): void {
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
