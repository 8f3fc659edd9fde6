/**
 * One HTTP exchange over undici: written to a socket at most once, read no faster than it is consumed.
 * It knows nothing of MCP; http-answer.ts does. The fault it gives says `executed: no` only while undici has
 * not yet called `onRequestStart`, which it does immediately before the first byte of the request is written.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';
import type { CancelTimer, Timers } from '#upstream/timers.ts';

export type HttpBody = {
  /** The next chunk, null at the proper end. After a fault, the same fault again. One read at a time. */
  read(): Promise<Result<Buffer | null, UpstreamFault>>;
  /** Stops the exchange if it is still running: its socket is closed. */
  cancel(): void;
  /** The answer is an open-ended stream: from here on only the idle time-out counts. */
  untimed(): void;
};

export type HttpResponse = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: HttpBody };

export type ExchangeWaits = { readonly timers: Timers; readonly timeoutMs: number; readonly signal: AbortSignal };

/** `timeoutMs` covers waiting for a free socket, connecting, sending, the head and the body, unless `untimed` ends it. */
export function startExchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  waits: ExchangeWaits,
): Promise<Result<HttpResponse, UpstreamFault>> {
  const exchange = new HttpExchange(waits);
  if (!exchange.stopped) dispatcher.dispatch(options, exchange);
  return exchange.head;
}

class HttpExchange implements Dispatcher.DispatchHandler, HttpBody {
  readonly head: Promise<Result<HttpResponse, UpstreamFault>>;
  readonly #settleHead: (head: Result<HttpResponse, UpstreamFault>) => void;
  readonly #chunks: Buffer[] = [];
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  readonly #cancelTimer: CancelTimer;
  #controller: Dispatcher.DispatchController | undefined;
  #written = false;
  #fault: UpstreamFault | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor({ timers, timeoutMs, signal }: ExchangeWaits) {
    const { promise, resolve } = Promise.withResolvers<Result<HttpResponse, UpstreamFault>>();
    this.head = promise;
    this.#settleHead = resolve;
    this.#signal = signal;
    this.#onAbort = () => this.#stop('upstream_unavailable', 'aborted');
    this.#cancelTimer = timers.after(timeoutMs, () =>
      this.#stop('upstream_timeout', this.#written ? 'answer_timeout' : 'send_timeout'),
    );
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get stopped(): boolean {
    return this.#fault !== undefined;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#fault !== undefined) {
      controller.abort(new Error(this.#fault.reason));
      return;
    }
    if (this.#written) {
      // undici does not resend what it has begun to write; should a later version do so, it stops here (P1).
      this.#stop('upstream_unavailable', 'resend_refused');
      controller.abort(new Error('resend_refused'));
      return;
    }
    this.#written = true;
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#fault !== undefined) return;
    this.#settleHead(ok({ status, headers, body: this }));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // undici's parser gives an empty chunk when it is resumed between two: pausing for it again would never wait for the socket.
    if (this.#fault !== undefined || chunk.length === 0) return;
    this.#chunks.push(chunk);
    controller.pause();
    this.#wakeReader();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#release();
    this.#wakeReader();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#fault !== undefined || this.#ended) return;
    this.#settleFault(faultOf(error, this.#written));
  }

  async read(): Promise<Result<Buffer | null, UpstreamFault>> {
    for (;;) {
      if (this.#fault !== undefined) return err(this.#fault);
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        if (!this.#ended) this.#controller?.resume();
        return ok(chunk);
      }
      if (this.#ended) return ok(null);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  cancel(): void {
    if (!this.#ended) this.#stop('upstream_unavailable', 'cancelled');
    this.#chunks.length = 0;
  }

  untimed(): void {
    this.#cancelTimer();
  }

  #stop(code: UpstreamFault['code'], reason: string): void {
    if (this.#fault !== undefined || this.#ended) return;
    this.#settleFault({ code, executed: this.#written ? 'unknown' : 'no', reason });
    this.#controller?.abort(new Error(reason));
  }

  #settleFault(fault: UpstreamFault): void {
    this.#fault = fault;
    this.#release();
    this.#settleHead(err(fault));
    this.#wakeReader();
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #release(): void {
    this.#cancelTimer();
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** Codes of undici's errors that say that what came back is not HTTP as agreed; all others are the connection's end. */
const NOT_HTTP = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
]);

function faultOf(error: Error, written: boolean): UpstreamFault {
  const code = codeOf(error);
  const executed = written ? 'unknown' : 'no';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return { code: 'upstream_timeout', executed, reason: 'connect_timeout' };
  if (code === 'UND_ERR_BODY_TIMEOUT') return { code: 'upstream_timeout', executed, reason: 'idle_timeout' };
  if (NOT_HTTP.has(code) || code.startsWith('HPE_'))
    return { code: 'upstream_invalid', executed, reason: `http ${code}` };
  return {
    code: 'upstream_unavailable',
    executed,
    reason: `${written ? 'connection_lost' : 'connect_failed'} ${code}`,
  };
}

/** The errno or error code, never the message: messages quote addresses and bytes. */
function codeOf(error: Error): string {
  const code: unknown = 'code' in error ? error.code : undefined;
  // undici's parser error does not always carry the parser's code.
  if (code === undefined && error.name === 'HTTPParserError') return 'HPE_UNKNOWN';
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'unknown';
}
