/**
 * The answer to one HTTP request of a client: one JSON body, or an event stream, never both. Knows nothing of why;
 * everything it sends was recorded before it gets here.
 */
import type { ServerResponse } from 'node:http';
import { SSE_COMMENT } from '#mcp/sse.ts';
import type { HeaderPair } from '#upstream/port.ts';

/** What became of what was written. `gone`: the client had left before, or stopped reading for too long. */
export type Delivery = 'sent' | 'gone';

export type Reply = {
  readonly started: () => boolean;
  /** Whether anything was released: a stream may have begun and be silent yet. */
  readonly released: () => boolean;
  readonly gone: () => boolean;
  json(status: number, headers: readonly HeaderPair[], body: Buffer | string, contentType?: string): Promise<Delivery>;
  /** Ends the exchange without a body: 202, 204. */
  empty(status: number, headers: readonly HeaderPair[]): Promise<Delivery>;
  /** One encoded event; the first one sends the head with `headers`. Resolves when the socket took it (back-pressure). */
  event(encoded: Buffer | string, headers: readonly HeaderPair[]): Promise<Delivery>;
  /** An event stream that may be silent for long gets its head, now or in the first silence, and a comment in every one. */
  open(headers: readonly HeaderPair[], when: 'now' | 'when_quiet'): void;
  /** Says nothing, so that nobody takes the silence of an event stream for its end; the first one sends the head. */
  comment(headers: readonly HeaderPair[]): void;
  end(): void;
  /** Cuts the client off at once: another exchange has taken its place. */
  drop(): void;
  /** Cuts the client off when it has not yet taken all it was sent: what it did not take, it does not get. */
  dropUnsent(): void;
};

/** What node is given at a time: how much of it a client has taken is not known before it has taken all. */
const PIECE_BYTES = 64 * 1024;

export type ReplyTimes = {
  /** A client that takes nothing for so long is cut off. */
  readonly stallMs: number;
  /** After so long without an event a stream gets a comment. */
  readonly quietMs: number;
};

/** A class, since a call may wait for long: what each would have of its own as closures takes more than its socket. */
class HttpReply implements Reply {
  readonly #response: ServerResponse;
  readonly #times: ReplyTimes;
  #left = false;
  #isReleased = false;
  #isQuiet = false;
  /** A JSON body is all there is, also while a slow client takes it piece by piece; it ends by itself. */
  #isBody = false;
  #beating: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, times: ReplyTimes) {
    this.#response = response;
    this.#times = times;
    response.on('close', () => {
      this.#left = !response.writableFinished;
      clearInterval(this.#beating);
    });
  }

  started(): boolean {
    return this.#response.headersSent;
  }
  released(): boolean {
    return this.#isReleased;
  }
  gone(): boolean {
    return this.#left || this.#response.destroyed;
  }

  async json(
    status: number,
    headers: readonly HeaderPair[],
    body: Buffer | string,
    contentType = 'application/json',
  ): Promise<Delivery> {
    const response = this.#response;
    if (this.#isClosed()) return 'gone';
    this.#isBody = true;
    this.#isReleased = true;
    clearInterval(this.#beating);
    this.#head(status, headers);
    response.setHeader('content-type', contentType);
    response.setHeader('content-length', Buffer.byteLength(body));
    if (body.length > PIECE_BYTES) {
      const delivery = await this.#write(body);
      if (!this.#isEnded()) response.end();
      return delivery;
    }
    response.end(body);
    // A small body is in the socket's buffer by now; only what is left there is waited for.
    return response.writableFinished || response.writableLength === 0 ? 'sent' : this.#taken('finish');
  }
  async empty(status: number, headers: readonly HeaderPair[]): Promise<Delivery> {
    if (this.#isClosed()) return 'gone';
    clearInterval(this.#beating);
    this.#head(status, headers);
    this.#response.end();
    return 'sent';
  }
  async event(encoded: Buffer | string, headers: readonly HeaderPair[]): Promise<Delivery> {
    if (this.#isClosed()) return 'gone';
    if (!this.#response.headersSent) this.#streamHead(headers);
    this.#isReleased = true;
    this.#isQuiet = false;
    return this.#write(encoded);
  }
  open(headers: readonly HeaderPair[], when: 'now' | 'when_quiet'): void {
    if (this.#isClosed() || this.#beating !== undefined) return;
    this.#beating = setInterval(() => this.#beat(headers), this.#times.quietMs);
    if (when === 'when_quiet' || this.#response.headersSent) return;
    this.#streamHead(headers);
    this.#response.flushHeaders();
  }
  /** A comment carries nothing (WHATWG HTML section 9.2.6): it keeps proxies from taking the silence for an end. */
  comment(headers: readonly HeaderPair[]): void {
    if (this.#isClosed() || this.#response.writableLength > 0) return;
    if (!this.#response.headersSent) this.#streamHead(headers);
    this.#response.write(SSE_COMMENT);
  }
  end(): void {
    clearInterval(this.#beating);
    if (!this.#isClosed()) this.#response.end();
  }
  drop(): void {
    this.#response.destroy();
  }
  dropUnsent(): void {
    const response = this.#response;
    // What was written in this turn goes out with its end, and a client that reads takes it.
    setImmediate(() => {
      if (response.writableLength > 0) response.destroy();
    });
  }

  #isEnded(): boolean {
    return this.gone() || this.#response.writableEnded;
  }
  /** Nothing may follow the end: node would raise it as an error that nobody expects. */
  #isClosed(): boolean {
    return this.#isBody || this.#isEnded();
  }

  #head(status: number, headers: readonly HeaderPair[]): void {
    for (const [name, value] of headers) this.#response.setHeader(name, value);
    this.#response.statusCode = status;
  }
  /** All at once: set one by one they would be kept a second time for as long as the stream lasts. */
  #streamHead(headers: readonly HeaderPair[]): void {
    this.#response.writeHead(200, [
      ...headers.flat(),
      'content-type',
      'text/event-stream',
      'cache-control',
      'no-cache, no-transform',
      // Reverse proxies must not hold events back (MCP 2026-07-28, Streamable HTTP, Receiving Messages).
      'x-accel-buffering',
      'no',
    ]);
  }
  #beat(headers: readonly HeaderPair[]): void {
    if (this.#isQuiet) this.comment(headers);
    this.#isQuiet = true;
  }

  /** In pieces, so that a client that takes a large message slowly is seen to take it. */
  async #write(body: Buffer | string): Promise<Delivery> {
    if (body.length <= PIECE_BYTES) return this.#response.write(body) ? 'sent' : this.#taken('drain');
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (this.#isEnded()) return 'gone';
      const isTaken = this.#response.write(bytes.subarray(at, at + PIECE_BYTES));
      if (!isTaken && (await this.#taken('drain')) === 'gone') return 'gone';
    }
    return 'sent';
  }

  /**
   * Waits until node has handed over what was written. A client that takes nothing for `stallMs` is cut off, so that it
   * can hold neither an upstream nor memory; one that takes little is waited for.
   */
  #taken(event: 'drain' | 'finish'): Promise<Delivery> {
    const response = this.#response;
    return new Promise((resolve) => {
      let progress = response.socket?.bytesWritten ?? 0;
      const settle = (delivery: Delivery): void => {
        clearInterval(timer);
        response.off(event, onTaken);
        response.off('close', onClose);
        resolve(delivery);
      };
      const onTaken = (): void => settle('sent');
      const onClose = (): void => settle('gone');
      const timer = setInterval(() => {
        const now = response.socket?.bytesWritten ?? 0;
        if (now > progress) {
          progress = now;
          return;
        }
        response.destroy();
        settle('gone');
      }, this.#times.stallMs);
      response.once(event, onTaken);
      response.once('close', onClose);
    });
  }
}

export const createReply = (response: ServerResponse, times: ReplyTimes): Reply => new HttpReply(response, times);
