/**
 * Server-sent events without I/O: bytes to events and back. WHATWG HTML section 9.2, "Parsing an event stream" and
 * "Interpreting an event stream". It knows nothing of what an event's data means.
 */
import { GrowingBytes } from '#mcp/growing-bytes.ts';
import { err, ok, type Result } from '#result.ts';

export type SseEvent = {
  /** UTF-8 bytes of the data lines joined by LF; empty for an event without data (a bare `id:` or `retry:`). */
  readonly data: Buffer;
  /** Event type; undefined stands for `message`. */
  readonly event: string | undefined;
  /** The id this event itself carries, possibly '' to reset; undefined when it names none. */
  readonly id: string | undefined;
  readonly retryMs: number | undefined;
};

export type SseFault = { readonly code: 'event_too_large'; readonly eventBytesMax: number };

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NEW_LINE = Buffer.from('\n');
const RETRY = /^\d{1,9}$/;

/**
 * Feed it chunks of any split. It bounds the bytes of one event, comments and unknown fields included, so that
 * nothing a server sends without ever ending an event grows. After a fault it stays faulted.
 *
 * One deviation from the standard: blocks without data are given to the caller when they carry an id or a retry time,
 * which a proxy must pass on; a browser would only remember them.
 */
export class SseDecoder {
  readonly #eventBytesMax: number;
  readonly #unfinishedLine = new GrowingBytes();
  #eventBytes = 0;
  #isStart = true;
  #wasCr = false;
  /** Data lines, each with an LF behind it. */
  readonly #data = new GrowingBytes();
  #event: string | undefined;
  #id: string | undefined;
  #retryMs: number | undefined;

  constructor(eventBytesMax: number) {
    this.#eventBytesMax = eventBytesMax;
  }

  /** The events that `chunk` completes. At the end of the stream an unfinished event is dropped, as the standard says. */
  push(chunk: Buffer): Result<SseEvent[], SseFault> {
    const events: SseEvent[] = [];
    let nextLf = chunk.indexOf(LF);
    let nextCr = chunk.indexOf(CR);
    let at = 0;
    while (at < chunk.length) {
      if (this.#wasCr) {
        this.#wasCr = false;
        if (chunk[at] === LF) {
          at++;
          continue;
        }
      }
      if (nextLf !== -1 && nextLf < at) nextLf = chunk.indexOf(LF, at);
      if (nextCr !== -1 && nextCr < at) nextCr = chunk.indexOf(CR, at);
      const end = nextLf === -1 ? nextCr : nextCr === -1 ? nextLf : Math.min(nextLf, nextCr);
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end);
      this.#eventBytes += end === -1 ? piece.length : piece.length + 1;
      if (this.#eventBytes > this.#eventBytesMax) return this.#refuse();
      if (end === -1 || this.#unfinishedLine.length > 0) this.#unfinishedLine.append(piece);
      if (end === -1) break;
      this.#wasCr = end === nextCr;
      at = end + 1;
      const event = this.#line(this.#unfinishedLine.length > 0 ? this.#unfinishedLine.take() : piece);
      if (event !== undefined) events.push(event);
    }
    return ok(events);
  }

  /** Takes the finished line; gives the event it dispatches, if it does. */
  #line(spelled: Buffer): SseEvent | undefined {
    const hasBom = this.#isStart && spelled.subarray(0, BOM.length).equals(BOM);
    const line = hasBom ? spelled.subarray(BOM.length) : spelled;
    this.#isStart = false;
    if (line.length === 0) return this.#dispatch();
    const colon = line.indexOf(COLON);
    if (colon === 0) return undefined;
    const field = line.toString('utf8', 0, colon === -1 ? line.length : colon);
    let value = colon === -1 ? line.subarray(line.length) : line.subarray(colon + 1);
    if (value[0] === SPACE) value = value.subarray(1);
    this.#field(field, value);
    return undefined;
  }

  #field(field: string, value: Buffer): void {
    switch (field) {
      case 'data':
        this.#data.append(value);
        this.#data.append(NEW_LINE);
        break;
      case 'event':
        this.#event = value.toString('utf8');
        break;
      case 'id':
        if (!value.includes(0)) this.#id = value.toString('utf8');
        break;
      case 'retry': {
        const text = value.toString('latin1');
        if (RETRY.test(text)) this.#retryMs = Number(text);
        break;
      }
      default:
        break;
    }
  }

  #dispatch(): SseEvent | undefined {
    const hasData = this.#data.length > 0;
    const event: SseEvent = {
      data: hasData ? this.#data.take().subarray(0, -1) : Buffer.alloc(0),
      event: this.#event === '' ? undefined : this.#event,
      id: this.#id,
      retryMs: this.#retryMs,
    };
    this.#event = undefined;
    this.#id = undefined;
    this.#retryMs = undefined;
    this.#eventBytes = 0;
    return hasData || event.id !== undefined || event.retryMs !== undefined ? event : undefined;
  }

  /** Frees what was held. The count stays above its bound, so every later push is refused too. */
  #refuse(): Result<never, SseFault> {
    this.#unfinishedLine.take();
    this.#data.take();
    return err({ code: 'event_too_large', eventBytesMax: this.#eventBytesMax });
  }
}

/** A value that would end its line early, or an id no reader takes (one with NUL), is a bug of the caller. */
function fieldLine(field: 'event' | 'id', value: string): string {
  if (/[\r\n]/.test(value) || (field === 'id' && value.includes('\0')))
    throw new RangeError(`${field} with a line break or NUL`);
  return `${field}: ${value}\n`;
}

/** One event as bytes. `data` is split at its line breaks; CR and CRLF come out as LF, as SSE cannot tell them apart. */
export function encodeSseEvent(event: {
  readonly data: Buffer;
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly retryMs?: number | undefined;
}): Buffer {
  let head = '';
  if (event.event !== undefined) head += fieldLine('event', event.event);
  if (event.id !== undefined) head += fieldLine('id', event.id);
  if (event.retryMs !== undefined) head += `retry: ${Math.trunc(event.retryMs)}\n`;
  const { data } = event;
  const isOneLine = !data.includes(LF) && !data.includes(CR);
  if (isOneLine) return Buffer.concat([Buffer.from(`${head}data: `), data, Buffer.from('\n\n')]);
  // latin1 maps every byte to itself, so cutting at line breaks cannot damage UTF-8
  const lines = data.toString('latin1').split(/\r\n|\r|\n/);
  return Buffer.concat([Buffer.from(head), Buffer.from(`data: ${lines.join('\ndata: ')}\n\n`, 'latin1')]);
}

/** A comment: keeps a connection alive and carries nothing. */
export const SSE_COMMENT: Buffer = Buffer.from(':\n\n');
