/**
 * Unpredictable bytes for salts, nonces, keys and ids. A pool, because one trip to the kernel per record
 * costs more than the record's hash; every byte is handed out once.
 */
import { randomFillSync } from 'node:crypto';

/** Fills the whole buffer with unpredictable bytes. */
export type RandomSource = (into: Uint8Array) => void;

export const systemRandom: RandomSource = (into) => {
  randomFillSync(into);
};

const POOL_BYTES = 16 * 1024;

/** Returns a function that hands out `count` fresh bytes, as a copy the caller owns. */
export function pooledRandom(source: RandomSource): (count: number) => Buffer {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (count) => {
    if (count > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} random bytes at a time, asked for ${count}`);
    if (used + count > POOL_BYTES) {
      source(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + count));
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  };
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
export const CALL_ID_CHARS = 26;

/** A call id: 26 characters of lower-case base32, 130 random bits. */
export function callId(random: (count: number) => Buffer): string {
  let id = '';
  for (const byte of random(CALL_ID_CHARS)) id += BASE32.charAt(byte & 31);
  return id;
}
