/**
 * HMAC-SHA-256 (RFC 2104) of short texts with one key. It is made of the two hashes itself: for so little text that takes half
 * of the time that an object for the computation does.
 */
import { createHmac, hash } from 'node:crypto';

/** Of SHA-256. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Of a longer text the hash itself is what costs. */
const CHARS_MAX = 256;
const UTF8_BYTES_MAX = 3;

/** The digest as `latin1`, a character for each of its 32 bytes. */
export type KeyedDigest = (text: string) => string;

export function createKeyedDigest(key: Uint8Array): KeyedDigest {
  const slowly: KeyedDigest = (text) => createHmac('sha256', key).update(text).digest('latin1');
  if (key.length > BLOCK_BYTES) return slowly;
  const inner = Buffer.alloc(BLOCK_BYTES + CHARS_MAX * UTF8_BYTES_MAX);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at++) {
    inner[at] = (key[at] ?? 0) ^ 0x36;
    outer[at] = (key[at] ?? 0) ^ 0x5c;
  }
  return (text) => {
    if (text.length > CHARS_MAX) return slowly(text);
    const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
    outer.write(hash('sha256', inner.subarray(0, end), 'latin1'), BLOCK_BYTES, 'latin1');
    // what was hashed stays no longer than that takes
    inner.fill(0, BLOCK_BYTES, end);
    return hash('sha256', outer, 'latin1');
  };
}
