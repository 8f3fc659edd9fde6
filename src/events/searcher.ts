/**
 * Searching without waiting for SQLite on the main thread: hands one question at a time to a thread of its own, keeps a bounded
 * number of others waiting, and ends the thread when a question does not come back. The next one gets a new thread.
 */
import { Worker } from 'node:worker_threads';
import { endThread } from '#events/end-thread.ts';
import type {
  FromSearchThread,
  SearchJob,
  SearchJobs,
  SearchKind,
  SearchOutput,
  SearchThreadSettings,
  ToSearchThread,
} from '#events/search-jobs.ts';
import { type Result, err, ok } from '#result.ts';

export type SearchTrouble = {
  /** `too_costly`: it looked at too much. `busy`: too many wait. `failed`: the index cannot be read now. */
  readonly reason: 'too_costly' | 'busy' | 'failed' | 'closed' | 'gone';
  /** For the log. */
  readonly message: string;
};

export type Searcher = {
  /** `signal`: whoever asks is gone; what has not begun then never does. */
  ask<K extends SearchKind>(
    kind: K,
    input: SearchJobs[K]['input'],
    signal?: AbortSignal,
  ): Promise<Result<SearchJobs[K]['output'], SearchTrouble>>;
  close(): Promise<void>;
};

export type SearcherOptions = SearchThreadSettings & {
  /** Unix ms. */
  readonly clock: () => number;
  readonly onFailure: (message: string) => void;
  /** For tests: another thread that speaks as search.worker.ts does. */
  readonly startThread?: (settings: SearchThreadSettings) => Worker;
};

const searchThread = (settings: SearchThreadSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#events/search.worker.ts')), {
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES_MAX },
  });

export const createSearcher = (options: SearcherOptions): Searcher => new ThreadSearcher(options);

type Outcome = Result<SearchOutput, SearchTrouble>;
type Question = { readonly job: SearchJob; readonly settle: (outcome: Outcome) => void };

const MEGABYTES_MAX = 256;

const trouble = (reason: SearchTrouble['reason'], message: string): Outcome => err({ reason, message });

class ThreadSearcher implements Searcher {
  readonly #options: SearcherOptions;
  readonly #waiting = new Set<Question>();
  #worker: Worker | undefined;
  #running: { readonly id: number; readonly question: Question; readonly timer: NodeJS.Timeout } | undefined;
  /** A thread that was told to end and has not yet: no other is started beside it. */
  #ending = false;
  #asked = 0;
  #closed = false;

  constructor(options: SearcherOptions) {
    this.#options = options;
  }

  async ask<K extends SearchKind>(
    kind: K,
    input: SearchJobs[K]['input'],
    signal?: AbortSignal,
  ): Promise<Result<SearchJobs[K]['output'], SearchTrouble>> {
    const outcome: Result<SearchJobs[K]['output'], SearchTrouble> = await this.#question(
      { kind, input } as SearchJob,
      signal,
    );
    return outcome;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const question of this.#waiting) question.settle(trouble('closed', 'the gateway stops'));
    this.#waiting.clear();
    this.#finish(trouble('closed', 'the gateway stops'));
    if (this.#worker !== undefined) await endThread(this.#worker, this.#options.limits.threadEndMs);
  }

  #question(job: SearchJob, signal: AbortSignal | undefined): Promise<Outcome> {
    if (this.#closed) return Promise.resolve(trouble('closed', 'the gateway stops'));
    if (signal?.aborted === true) return Promise.resolve(trouble('gone', 'nobody waits for it'));
    if (this.#waiting.size >= this.#options.limits.searchesWaiting)
      return Promise.resolve(trouble('busy', 'too many searches wait'));
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const leave = (): void => {
      if (this.#waiting.delete(question)) question.settle(trouble('gone', 'nobody waits for it'));
    };
    const question: Question = {
      job,
      settle: (outcome) => {
        signal?.removeEventListener('abort', leave);
        resolve(outcome);
      },
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#waiting.add(question);
    this.#next();
    return promise;
  }

  #next(): void {
    if (this.#running !== undefined || this.#ending || this.#closed) return;
    const [question] = this.#waiting;
    if (question === undefined) return;
    this.#waiting.delete(question);
    const { searchMs, searchStopMs } = this.#options.limits;
    const id = (this.#asked += 1);
    const timer = setTimeout(() => this.#endThread(), searchMs + searchStopMs);
    this.#running = { id, question, timer };
    const message: ToSearchThread = { id, job: question.job, nowMs: this.#options.clock() };
    const port = (this.#worker ??= this.#start());
    port.postMessage(message);
  }

  #finish(outcome: Outcome): void {
    if (this.#running === undefined) return;
    const { question, timer } = this.#running;
    clearTimeout(timer);
    this.#running = undefined;
    question.settle(outcome);
  }

  /** A question that does not look at its budget: SQLite is inside one step of it. */
  #endThread(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#ending = true;
    this.#finish(trouble('too_costly', 'the search did not end by itself'));
    void worker?.terminate().finally(() => {
      this.#ending = false;
      this.#next();
    });
  }

  #start(): Worker {
    const { dataDirectory, limits, startThread = searchThread } = this.#options;
    const worker = startThread({ dataDirectory, limits });
    worker.unref();
    worker.on('message', (message: FromSearchThread) => this.#take(message));
    worker.on('error', (error) => this.#fail(worker, error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => this.#fail(worker, 'the search thread ended'));
    return worker;
  }

  #take(message: FromSearchThread): void {
    if (message.id !== this.#running?.id) return;
    switch (message.type) {
      case 'done':
        this.#finish(ok(message.output));
        break;
      case 'too_costly':
        this.#finish(trouble('too_costly', 'the search looked at too much'));
        break;
      case 'failed':
        this.#options.onFailure(message.message);
        this.#finish(trouble('failed', message.message));
        break;
    }
    this.#next();
  }

  #fail(worker: Worker, message: string): void {
    if (this.#worker !== worker || this.#closed) return;
    this.#worker = undefined;
    this.#options.onFailure(message);
    this.#finish(trouble('failed', message));
    this.#next();
  }
}
