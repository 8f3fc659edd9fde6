/** What is recorded of values that nobody looks into: a keyed digest, the same for the same value in one deployment. */
import { createHmac } from 'node:crypto';

export type Digests = {
  /** `[opaque:k1:…]`. */
  opaque(value: string): string;
  /** `[image:k1:…:<decoded bytes>]`. */
  media(kind: 'image' | 'audio' | 'other', value: string, bytes: number): string;
};

const KEY_ID = 'k1';
const DIGEST_CHARS = 13;
const ID = `:k\\d{1,9}:[0-9a-v]{${DIGEST_CHARS}}`;
/** For whoever recognises what is masked already. */
export const DIGEST_FORM = `\\[(?:opaque${ID}|(?:image|audio|other)${ID}:\\d{1,12})\\]`;
const DIGEST = new RegExp(`^${DIGEST_FORM}$`);

export const isDigest = (value: string): boolean => value.length <= 64 && DIGEST.test(value);

export function createDigests(key: Uint8Array): Digests {
  // RFC 4648 section 7, lower case: 64 bits
  const digest = (kind: string, value: string): string =>
    createHmac('sha256', key)
      .update(`gatebook digest\0${kind}\0`)
      .update(value)
      .digest()
      .readBigUInt64BE()
      .toString(32)
      .padStart(DIGEST_CHARS, '0');
  return {
    opaque: (value) => `[opaque:${KEY_ID}:${digest('opaque', value)}]`,
    media: (kind, value, bytes) => `[${kind}:${KEY_ID}:${digest('media', value)}:${bytes}]`,
  };
}
