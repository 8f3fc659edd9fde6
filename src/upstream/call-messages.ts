/**
 * What one call of a conversation has been sent so far: a queue between the pipe all calls share and the one reader
 * of this call. It knows neither ids nor processes.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';
import type { CancelTimer, Timers } from '#upstream/timers.ts';

export type CallMessagesParts = {
  readonly timers: Timers;
  /** Told of every change of what waits here, in bytes (negative: taken out). */
  readonly onQueued: (bytes: number) => void;
  /** The reader waited too long. The owner must end this queue with a fault. */
  readonly onOverdue: () => void;
};

export class CallMessages {
  readonly #parts: CallMessagesParts;
  #waiting: Buffer[] = [];
  #end: 'open' | 'answered' | UpstreamFault = 'open';
  #wake: (() => void) | undefined;

  constructor(parts: CallMessagesParts) {
    this.#parts = parts;
  }

  /** The last message is taken out or about to be: nothing further can come. */
  get isAnswered(): boolean {
    return this.#end === 'answered' && this.#waiting.length === 0;
  }

  push(bytes: Buffer, isLast: boolean): void {
    if (this.#end !== 'open') return;
    this.#waiting.push(bytes);
    if (isLast) this.#end = 'answered';
    this.#parts.onQueued(bytes.length);
    this.#wakeReader();
  }

  /** What still waits is dropped: after a fault nobody can say what it belongs to. */
  fail(fault: UpstreamFault): void {
    if (typeof this.#end !== 'string') return;
    this.#end = fault;
    for (const bytes of this.#waiting) this.#parts.onQueued(-bytes.length);
    this.#waiting = [];
    this.#wakeReader();
  }

  /** The next message; null after the last; a fault again and again. `waitMs` undefined: as long as it takes. */
  async read(waitMs: number | undefined): Promise<Result<Buffer | null, UpstreamFault>> {
    let cancelTimer: CancelTimer | undefined;
    try {
      for (;;) {
        if (typeof this.#end !== 'string') return err(this.#end);
        const bytes = this.#waiting.shift();
        if (bytes !== undefined) {
          this.#parts.onQueued(-bytes.length);
          return ok(bytes);
        }
        if (this.#end === 'answered') return ok(null);
        if (waitMs !== undefined) cancelTimer ??= this.#parts.timers.after(waitMs, this.#parts.onOverdue);
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    } finally {
      cancelTimer?.();
    }
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
