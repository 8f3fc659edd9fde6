/** Digits and letters drawn from a keyed hash of what they stand for: the same for the same value, unknowable without the key. */
import { createHmac } from 'node:crypto';

export class KeyedDraw {
  readonly #key: Uint8Array;
  readonly #subject: string;
  #block = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(key: Uint8Array, ...subject: readonly string[]) {
    this.#key = key;
    this.#subject = subject.join('\0');
  }

  /** From 0 to below `n`, which is at most 1,000: the last values come up less by one in 65. */
  below(n: number): number {
    if (this.#at + 2 > this.#bytes.length) {
      this.#bytes = createHmac('sha256', this.#key)
        .update(`format\0${this.#block++}\0${this.#subject}`)
        .digest();
      this.#at = 0;
    }
    const value = this.#bytes.readUInt16BE(this.#at);
    this.#at += 2;
    return value % n;
  }

  digits(count: number): string {
    let digits = '';
    while (digits.length < count) digits += String(this.below(10));
    return digits;
  }
}
