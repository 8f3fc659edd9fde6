/** Base58Check of Bitcoin: a version, a payload and the first four bytes of a double SHA-256 over both. */
import { hash } from 'node:crypto';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

const ADDRESS_BYTES = 25;
const PAYLOAD_BYTES = 21;
/** The 25 bytes of an address in words of 16 bits, the first of them half full. */
const WORDS = 13;

/** The bytes, most significant first; undefined when it is none. */
function decode(text: string): Buffer | undefined {
  const words = new Int32Array(WORDS);
  for (let at = 0; at < text.length; at++) {
    let carry = DIGITS[text.charCodeAt(at)] ?? -1;
    if (carry < 0) return undefined;
    for (let word = WORDS - 1; word >= 0; word--) {
      carry += (words[word] as number) * 58;
      words[word] = carry & 0xffff;
      carry >>= 16;
    }
    if (carry !== 0) return undefined;
  }
  const [first = 0] = words;
  if (first > 0xff) return undefined;
  const bytes = Buffer.allocUnsafe(ADDRESS_BYTES);
  bytes[0] = first;
  for (let word = 1; word < WORDS; word++) bytes.writeUInt16BE(words[word] as number, word * 2 - 1);
  return bytes;
}

export function isBase58Check(text: string): boolean {
  const bytes = decode(text);
  if (bytes === undefined) return false;
  const once = Buffer.from(hash('sha256', bytes.subarray(0, PAYLOAD_BYTES), 'hex'), 'hex');
  return hash('sha256', once, 'hex').startsWith(bytes.toString('hex', PAYLOAD_BYTES));
}
