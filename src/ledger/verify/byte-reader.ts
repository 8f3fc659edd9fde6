/**
 * Reads a file forwards through one window, so that a log of any size is read in constant memory and a small frame
 * costs no system call. Knows positions and lengths, no frames.
 */

/** One open file: `read` returns how many bytes it got, 0 at the end. */
export type ByteSource = {
  readonly bytes: number;
  read(into: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
};

const WINDOW_BYTES = 512 * 1024;

export class ByteReader {
  readonly #source: ByteSource;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;
  #spare: Buffer = Buffer.allocUnsafe(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Size of the file when it was opened. */
  get size(): number {
    return this.#source.bytes;
  }

  /** Exactly `length` bytes from `position`, undefined when the file ends before. Valid until the next call. */
  async bytes(position: number, length: number): Promise<Buffer | undefined> {
    const from = position - this.#start;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    if (position + length > this.size) return undefined;
    await this.#fill(position, Math.min(Math.max(length, WINDOW_BYTES), this.size - position));
    return this.#window.length < length ? undefined : this.#window.subarray(0, length);
  }

  /** Offset of the first byte from `position` on that is not zero, undefined when there is none. */
  async firstNonZero(position: number): Promise<number | undefined> {
    for (let at = position; at < this.size;) {
      const piece = await this.bytes(at, Math.min(WINDOW_BYTES, this.size - at));
      if (piece === undefined) return undefined;
      const found = indexOfNonZero(piece);
      if (found >= 0) return at + found;
      at += piece.length;
    }
    return undefined;
  }

  /** Forgets what was read: another process may have written since. */
  refresh(): void {
    this.#window = this.#window.subarray(0, 0);
  }

  async #fill(position: number, length: number): Promise<void> {
    if (this.#spare.length < length) this.#spare = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const got = await this.#source.read(this.#spare.subarray(filled, length), position + filled);
      if (got === 0) break;
      filled += got;
    }
    this.#start = position;
    this.#window = this.#spare.subarray(0, filled);
  }
}

const ZEROS = Buffer.alloc(64 * 1024);

function indexOfNonZero(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (part.equals(ZEROS.subarray(0, part.length))) continue;
    return at + part.findIndex((byte) => byte !== 0);
  }
  return -1;
}
