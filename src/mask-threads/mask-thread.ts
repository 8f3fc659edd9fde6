/**
 * One thread that masks, started when it is first needed: one message at a time, ended when it does not answer in time or is
 * told to, and replaced at its next message. Whatever becomes of it, its message gets an outcome.
 */
import type { Worker } from 'node:worker_threads';
import type { Limits } from '#limits.ts';
import { maskedBack, type FromMaskThread, type ToMaskThread } from '#masking/mask-job.ts';
import type { MaskContext, MaskedMessage, MaskFault, PlainMaskerSettings } from '#masking/masker.ts';
import { err, type Result } from '#result.ts';

export type MaskOutcome = Result<MaskedMessage, MaskFault>;

export type MaskJob = {
  readonly settings: PlainMaskerSettings;
  readonly bytes: Buffer;
  readonly context: MaskContext;
  readonly settle: (outcome: MaskOutcome) => void;
};

export type MaskThreadParts = {
  readonly limits: Pick<Limits, 'maskWorkerMs'>;
  readonly start: () => Worker;
  /** Why a thread ended that nobody told to; free of content. */
  readonly onFailure: (reason: string) => void;
  /** It can take the next message. */
  readonly onFree: () => void;
};

export const failed = (reason: string): MaskOutcome => err({ code: 'masking_failed', reason });

/** An error's name and code: its message may quote what was being masked. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'exception';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

export class MaskThread {
  readonly #parts: MaskThreadParts;
  #worker: Worker | undefined;
  /** What the thread of now was told last. */
  #told: PlainMaskerSettings | undefined;
  #running: { readonly id: number; readonly job: MaskJob; readonly timer: NodeJS.Timeout } | undefined;
  /** One that was told to end and has not yet: no other is started beside it. */
  #ending: Promise<unknown> | undefined;
  #count = 0;

  constructor(parts: MaskThreadParts) {
    this.#parts = parts;
  }

  get isFree(): boolean {
    return this.#running === undefined && this.#ending === undefined;
  }

  run(job: MaskJob): void {
    const { settings, bytes, context } = job;
    const id = (this.#count += 1);
    const timer = setTimeout(() => this.#end('too_slow'), this.#parts.limits.maskWorkerMs);
    this.#running = { id, job, timer };
    try {
      const worker = (this.#worker ??= this.#start());
      const copy = new Uint8Array(bytes);
      const message: ToMaskThread = {
        id,
        settings: this.#told === settings ? undefined : settings,
        bytes: copy,
        context: { ...context, secrets: context.secrets.forThread() },
      };
      worker.postMessage(message, [copy.buffer]);
      this.#told = settings;
    } catch (error) {
      this.#parts.onFailure(nameOf(error));
      this.#end('not_sent');
    }
  }

  /** Resolves when the thread has ended. */
  async close(): Promise<void> {
    if (this.#worker !== undefined || this.#running !== undefined) this.#end('closed');
    await this.#ending;
  }

  #start(): Worker {
    const worker = this.#parts.start();
    worker.unref();
    this.#told = undefined;
    worker.on('message', (message: FromMaskThread) => this.#take(message));
    worker.on('messageerror', (error) => this.#lose(worker, nameOf(error)));
    worker.on('error', (error) => this.#lose(worker, nameOf(error)));
    worker.on('exit', () => this.#lose(worker, 'exit'));
    return worker;
  }

  #take(answer: FromMaskThread): void {
    const running = this.#running;
    if (running === undefined || answer.id !== running.id) return;
    this.#settle(maskedBack(answer, running.job.bytes));
    this.#parts.onFree();
  }

  #settle(outcome: MaskOutcome): void {
    const running = this.#running;
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.#running = undefined;
    running.job.settle(outcome);
  }

  /** Ends the thread, whatever it is at. */
  #end(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#ending = (worker?.terminate() ?? Promise.resolve()).finally(() => {
      this.#ending = undefined;
      this.#parts.onFree();
    });
    this.#settle(failed(reason));
  }

  /** It ended by itself. */
  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#parts.onFailure(reason);
    this.#end('thread_ended');
  }
}
