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

export function createReply(response: ServerResponse, { stallMs, quietMs }: ReplyTimes): Reply {
  let left = false;
  let isReleased = false;
  let isQuiet = false;
  let beating: NodeJS.Timeout | undefined;
  response.once('close', () => {
    left = !response.writableFinished;
    clearInterval(beating);
  });
  const gone = (): boolean => left || response.destroyed;
  const ended = (): boolean => gone() || response.writableEnded;
  /** A JSON body is all there is, also while a slow client takes it piece by piece; it ends by itself. */
  let isBody = false;
  /** Nothing may follow the end: node would raise it as an error that nobody expects. */
  const closed = (): boolean => isBody || ended();

  const head = (status: number, headers: readonly HeaderPair[]): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
    response.statusCode = status;
  };

  /**
   * Waits until node has handed over what was written. A client that takes nothing for `stallMs` is cut off, so that it
   * can hold neither an upstream nor memory; one that takes little is waited for.
   */
  const taken = (event: 'drain' | 'finish'): Promise<Delivery> =>
    new Promise((resolve) => {
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
      }, stallMs);
      response.once(event, onTaken);
      response.once('close', onClose);
    });

  /** In pieces, so that a client that takes a large message slowly is seen to take it. */
  const write = async (body: Buffer | string): Promise<Delivery> => {
    if (body.length <= PIECE_BYTES) return response.write(body) ? 'sent' : taken('drain');
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (ended()) return 'gone';
      const isTaken = response.write(bytes.subarray(at, at + PIECE_BYTES));
      if (!isTaken && (await taken('drain')) === 'gone') return 'gone';
    }
    return 'sent';
  };

  /** A comment carries nothing (WHATWG HTML section 9.2.6): it keeps proxies from taking the silence for an end. */
  const comment = (headers: readonly HeaderPair[]): void => {
    if (closed() || response.writableLength > 0) return;
    if (!response.headersSent) streamHead(headers);
    response.write(SSE_COMMENT);
  };
  const beat = (headers: readonly HeaderPair[]): void => {
    if (isQuiet) comment(headers);
    isQuiet = true;
  };

  const streamHead = (headers: readonly HeaderPair[]): void => {
    head(200, headers);
    response.setHeader('content-type', 'text/event-stream');
    response.setHeader('cache-control', 'no-cache, no-transform');
    // Reverse proxies must not hold events back (MCP 2026-07-28, Streamable HTTP, Receiving Messages).
    response.setHeader('x-accel-buffering', 'no');
  };

  return {
    started: () => response.headersSent,
    released: () => isReleased,
    gone,
    async json(status, headers, body, contentType = 'application/json') {
      if (closed()) return 'gone';
      isBody = true;
      isReleased = true;
      clearInterval(beating);
      head(status, headers);
      response.setHeader('content-type', contentType);
      response.setHeader('content-length', Buffer.byteLength(body));
      if (body.length > PIECE_BYTES) {
        const delivery = await write(body);
        if (!ended()) response.end();
        return delivery;
      }
      response.end(body);
      // A small body is in the socket's buffer by now; only what is left there is waited for.
      return response.writableFinished || response.writableLength === 0 ? 'sent' : taken('finish');
    },
    async empty(status, headers) {
      if (closed()) return 'gone';
      clearInterval(beating);
      head(status, headers);
      response.end();
      return 'sent';
    },
    async event(encoded, headers) {
      if (closed()) return 'gone';
      if (!response.headersSent) streamHead(headers);
      isReleased = true;
      isQuiet = false;
      return write(encoded);
    },
    open(headers, when) {
      if (closed() || beating !== undefined) return;
      beating = setInterval(beat, quietMs, headers);
      if (when === 'when_quiet' || response.headersSent) return;
      streamHead(headers);
      response.flushHeaders();
    },
    comment,
    end() {
      clearInterval(beating);
      if (!closed()) response.end();
    },
    drop() {
      response.destroy();
    },
    dropUnsent() {
      // What was written in this turn goes out with its end, and a client that reads takes it.
      setImmediate(() => {
        if (response.writableLength > 0) response.destroy();
      });
    },
  };
}
