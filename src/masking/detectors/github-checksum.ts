/** GitHub's tokens end with six base-62 digits of the CRC-32 of what stands before ("Behind GitHub's new authentication token formats", 2021). */
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_CHARS = 6;

/** Of what stands between prefix and checksum. */
export function githubChecksum(body: string): string {
  let left = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_CHARS; digit++) {
    text = `${BASE62[left % 62]}${text}`;
    left = Math.floor(left / 62);
  }
  return text;
}

/** `token` has its prefix, as `ghp_`. */
export const hasGithubChecksum = (token: string): boolean =>
  githubChecksum(token.slice(token.indexOf('_') + 1, -CHECKSUM_CHARS)) === token.slice(-CHECKSUM_CHARS);
