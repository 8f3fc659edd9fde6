/** Base58Check of Bitcoin: a version, a payload and the first four bytes of a double SHA-256 over both. */
import { createHash } from 'node:crypto';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The 25 bytes of an address, most significant first; undefined when it is none. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(25);
  for (const char of text) {
    let carry = ALPHABET.indexOf(char);
    if (carry < 0) return undefined;
    for (let at = 24; at >= 0; at--) {
      carry += (bytes[at] ?? 0) * 58;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return undefined;
  }
  return bytes;
}

export function isBase58Check(text: string): boolean {
  const bytes = decode(text);
  if (bytes === undefined) return false;
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}
