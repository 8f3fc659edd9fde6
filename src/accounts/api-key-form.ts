/**
 * How an API key is spelled: `gbk_`, 256 random bits in 43 base-62 digits, and six of a CRC-32 over them. The prefix is for
 * whoever searches logs and repositories for leaked keys, the checksum for refusing a mistyped or invented one before
 * anything is looked up. It is no secret: who can make a checksum still knows none of the 256 bits.
 */
import { API_KEY_PREFIX as PREFIX } from '#identity/own-tokens.ts';
import { githubChecksum } from '#masking/detectors/github-checksum.ts';

const RANDOM_BYTES = 32;
/** Enough for 256 bits: 62^43 > 2^256. */
const BODY_CHARS = 43;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = /^gbk_[0-9A-Za-z]{49}$/;

/** @param random gives so many unpredictable bytes */
export function makeApiKey(random: (count: number) => Uint8Array): string {
  let left = BigInt(`0x${Buffer.from(random(RANDOM_BYTES)).toString('hex')}`);
  let body = '';
  for (let digit = 0; digit < BODY_CHARS; digit++) {
    body = `${BASE62[Number(left % 62n)]}${body}`;
    left /= 62n;
  }
  return `${PREFIX}${body}${githubChecksum(body)}`;
}

/** Whether it can be a key of any gateway at all. */
export const hasApiKeyForm = (token: string): boolean =>
  FORM.test(token) && githubChecksum(token.slice(PREFIX.length, PREFIX.length + BODY_CHARS)) === token.slice(-6);
