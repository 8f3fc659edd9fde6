/**
 * Large messages are masked in a few threads of their own, so that no other call waits for them. Owners take turns; a bounded
 * number of messages waits, for a bounded time. Whatever goes wrong costs its own message and no other, and never lets it pass.
 */
import { Worker } from 'node:worker_threads';
import { LIMITS, type Limits } from '#limits.ts';
import { failed, MaskThread, type MaskJob, type MaskOutcome } from '#mask-threads/mask-thread.ts';
import { UNWANTED, type MaskContext, type PlainMaskerSettings } from '#masking/masker.ts';

export type MaskThreadLimits = Pick<
  Limits,
  'maskThreads' | 'maskWorkerMs' | 'maskJobsWaiting' | 'maskJobsWaitingPerCaller' | 'maskWaitMs'
>;

export type MaskThreadsOptions = {
  readonly limits: MaskThreadLimits;
  readonly onFailure: (reason: string) => void;
  /** For tests: another thread that speaks as mask.worker.ts does. */
  readonly startThread?: () => Worker;
};

/** Whose message it is, and when it need not be masked any more: then it waits no longer. */
export type MaskWish = { readonly owner: string; readonly unwanted?: AbortSignal };

export type MaskThreads = {
  /** Resolves always. */
  mask(settings: PlainMaskerSettings, bytes: Buffer, context: MaskContext, wish: MaskWish): Promise<MaskOutcome>;
  /** What waits or is under way fails. */
  close(): Promise<void>;
};

/** Settings go there as a message: arguments and environment of a process are read by others. */
const maskThread = (): Worker =>
  new Worker(new URL(import.meta.resolve('#mask-threads/mask.worker.ts')), {
    resourceLimits: { maxOldGenerationSizeMb: LIMITS.maskThreadMegabytes },
  });

export function createMaskThreads({ limits, onFailure, startThread = maskThread }: MaskThreadsOptions): MaskThreads {
  /** Of each owner, in the order of their turns. */
  const waiting = new Map<string, Set<MaskJob>>();
  let waitingCount = 0;
  let isClosed = false;
  const next = (): void => {
    for (const thread of threads) {
      if (!thread.isFree) continue;
      const job = take();
      if (job === undefined) return;
      thread.run(job);
    }
  };
  const threads = Array.from(
    { length: limits.maskThreads },
    () => new MaskThread({ limits, start: startThread, onFailure, onFree: next }),
  );

  const leave = (owner: string, job: MaskJob): boolean => {
    const jobs = waiting.get(owner);
    if (jobs?.delete(job) !== true) return false;
    waitingCount -= 1;
    if (jobs.size === 0) waiting.delete(owner);
    return true;
  };

  /** Of the owner whose turn it is, who then is last. */
  const take = (): MaskJob | undefined => {
    const [turn] = waiting;
    if (turn === undefined) return undefined;
    const [owner, jobs] = turn;
    const [job] = jobs;
    if (job === undefined) return undefined;
    leave(owner, job);
    if (waiting.delete(owner)) waiting.set(owner, jobs);
    return job;
  };

  return {
    mask(settings, bytes, context, { owner, unwanted }) {
      if (isClosed) return Promise.resolve(failed('closed'));
      if (unwanted?.aborted === true) return Promise.resolve(failed(UNWANTED));
      const own = waiting.get(owner) ?? new Set();
      if (waitingCount >= limits.maskJobsWaiting || own.size >= limits.maskJobsWaitingPerCaller)
        return Promise.resolve(failed('busy'));
      const { promise, resolve } = Promise.withResolvers<MaskOutcome>();
      const timer = setTimeout(() => {
        if (leave(owner, job)) job.settle(failed('busy'));
      }, limits.maskWaitMs);
      const drop = (): void => {
        if (leave(owner, job)) job.settle(failed(UNWANTED));
      };
      const job: MaskJob = {
        settings,
        bytes,
        context,
        settle: (outcome) => {
          clearTimeout(timer);
          unwanted?.removeEventListener('abort', drop);
          resolve(outcome);
        },
      };
      unwanted?.addEventListener('abort', drop, { once: true });
      own.add(job);
      waiting.set(owner, own);
      waitingCount += 1;
      next();
      return promise;
    },
    async close() {
      isClosed = true;
      for (const [owner, jobs] of waiting) for (const job of jobs) if (leave(owner, job)) job.settle(failed('closed'));
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
