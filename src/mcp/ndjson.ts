/**
 * Cuts a byte stream into the lines that MCP's stdio transport puts one message on. It knows lines, not JSON.
 */
import { GrowingBytes } from '#mcp/growing-bytes.ts';
import { err, ok, type Result } from '#result.ts';

export type LineFault = { readonly code: 'line_too_long'; readonly lineBytesMax: number };

const LF = 0x0a;
const CR = 0x0d;

/**
 * Feed it chunks of any split; it holds at most `lineBytesMax` bytes of an unfinished line. After a fault it stays
 * faulted: what follows cannot be told apart from the rest of the long line's sender gone wrong.
 */
export class LineDecoder {
  readonly #lineBytesMax: number;
  readonly #pending = new GrowingBytes();
  #fault: LineFault | undefined;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** Bytes held of a line without its end; above 0 at the end of the stream means that it was cut off. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /**
   * The lines that `chunk` completes, without LF or CRLF, empty ones left out. Lines may share memory with `chunk`.
   * Lines completed before a fault in the same chunk are lost with it.
   */
  push(chunk: Buffer): Result<Buffer[], LineFault> {
    if (this.#fault !== undefined) return err(this.#fault);
    const lines: Buffer[] = [];
    let at = 0;
    for (;;) {
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end);
      // one byte more than the limit may still turn out to be the CR of a CRLF
      if (this.#pending.length + piece.length > this.#lineBytesMax + 1) return this.#refuse();
      if (end === -1) {
        this.#pending.append(piece);
        return ok(lines);
      }
      const line = withoutCr(this.#join(piece));
      if (line.length > this.#lineBytesMax) return this.#refuse();
      if (line.length > 0) lines.push(line);
      at = end + 1;
    }
  }

  #join(last: Buffer): Buffer {
    if (this.#pending.length === 0) return last;
    this.#pending.append(last);
    return this.#pending.take();
  }

  #refuse(): Result<never, LineFault> {
    this.#fault = { code: 'line_too_long', lineBytesMax: this.#lineBytesMax };
    this.#pending.take();
    return err(this.#fault);
  }
}

const withoutCr = (line: Buffer): Buffer => (line.at(-1) === CR ? line.subarray(0, -1) : line);

/**
 * One message as a line. JSON may hold line breaks between its tokens and nowhere else, and there they are spaces
 * like any other: they become spaces, so the value is untouched and every offset stays.
 */
export function encodeLine(message: Buffer): Buffer {
  const line = Buffer.allocUnsafe(message.length + 1);
  message.copy(line);
  line[message.length] = LF;
  for (const code of [LF, CR]) {
    for (let at = line.indexOf(code); at !== -1 && at < message.length; at = line.indexOf(code, at + 1))
      line[at] = 0x20;
  }
  return line;
}
