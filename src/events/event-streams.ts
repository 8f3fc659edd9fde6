/**
 * Exports and tails, each in a thread of its own that makes a piece only when one is asked for: a slow reader holds a thread
 * and a piece, never the book in memory. Bounded in number, in all and for each reader.
 */
import { Worker } from 'node:worker_threads';
import type { BookPlace } from '#events/book.ts';
import { endThread } from '#events/end-thread.ts';
import type { FromStreamThread, StreamJob, StreamThreadSettings, ToStreamThread } from '#events/stream-jobs.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok, unreachable } from '#result.ts';

export type EventStreams = {
  /**
   * `reader`: whose it is, for the bound of each. `signal`: the reader is gone. The thread ends with the signal, with the
   * generator, or by itself; whichever is first. The generator throws when a record does not hold, and an export throws
   * when it is ended before its last event, so that a part is never taken for all.
   */
  open(
    job: StreamJob,
    reader: string,
    signal: AbortSignal,
  ): Result<AsyncGenerator<string, void, undefined>, 'streams' | 'streams_of_reader'>;
  close(): Promise<void>;
};

export type EventStreamsOptions = {
  readonly place: BookPlace;
  readonly limits: Limits;
  readonly clock: () => number;
  /** For tests: another thread that speaks as stream.worker.ts does. */
  readonly startThread?: (settings: StreamThreadSettings) => Worker;
};

const MEGABYTES_MAX = 256;

const streamThread = (settings: StreamThreadSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#events/stream.worker.ts')), {
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES_MAX },
  });

/** `ended`: why, once it has; then nothing more is heard of it. */
type Thread = { readonly worker: Worker; readonly kind: StreamJob['kind']; ended: string | undefined };

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'the thread of the stream ended';

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { place, limits, clock, startThread = streamThread } = options;
  const running = new Map<Worker, string>();

  const start = (job: StreamJob, reader: string): Thread => {
    const worker = startThread({ place, limits, job, nowMs: clock() });
    worker.unref();
    running.set(worker, reader);
    const thread: Thread = { worker, kind: job.kind, ended: undefined };
    // From the start on: a thread may fail while nobody asks it for anything.
    worker.on('error', (error) => (thread.ended ??= messageOf(error)));
    worker.once('exit', () => {
      thread.ended ??= 'the thread of the stream ended';
      running.delete(worker);
    });
    return thread;
  };

  return {
    open(job, reader, signal) {
      if (running.size >= limits.eventStreams) return err('streams');
      const own = [...running.values()].filter((of) => of === reader).length;
      if (own >= limits.eventStreamsPerCaller) return err('streams_of_reader');
      const thread = start(job, reader);
      const { worker } = thread;
      const end = (): void => void worker.terminate();
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      worker.once('exit', () => signal.removeEventListener('abort', end));
      return ok(piecesOf(thread, signal));
    },
    async close() {
      await Promise.all([...running.keys()].map((worker) => endThread(worker, limits.threadEndMs)));
    },
  };
}

async function* piecesOf(thread: Thread, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  try {
    for (;;) {
      const message = await ask(thread, signal);
      if (signal.aborted) {
        if (thread.kind === 'tail') return;
        throw new Error('the export was ended before its end');
      }
      switch (message.type) {
        case 'piece':
          yield message.text;
          break;
        case 'end':
          return;
        case 'failed':
          throw new Error(message.message);
        default:
          unreachable(message);
      }
    }
  } finally {
    // Not waited for: whoever reads is to hear of the end now, and the thread keeps its place until it has gone.
    void thread.worker.terminate();
  }
}

/** The next piece. A thread that ends without one, or whose `signal` ends it, has failed. */
function ask(thread: Thread, signal: AbortSignal): Promise<FromStreamThread> {
  if (signal.aborted) return Promise.resolve({ type: 'failed', message: 'ended from outside' });
  if (thread.ended !== undefined) return Promise.resolve({ type: 'failed', message: thread.ended });
  const { worker } = thread;
  const { promise, resolve } = Promise.withResolvers<FromStreamThread>();
  const fail = (error: unknown): void => resolve({ type: 'failed', message: messageOf(error) });
  const done = (message: FromStreamThread): void => resolve(message);
  worker.once('message', done).once('error', fail).once('exit', fail);
  signal.addEventListener('abort', fail, { once: true });
  const port = worker;
  port.postMessage('more' satisfies ToStreamThread);
  return promise.finally(() => {
    worker.off('message', done).off('error', fail).off('exit', fail);
    signal.removeEventListener('abort', fail);
  });
}
