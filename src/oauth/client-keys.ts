/** What is kept of a client's secret and of where it came from: keyed digests. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

export type ClientKeys = {
  secretDigest(secret: string): Buffer;
  sourceDigest(source: string): Buffer;
  /** In constant time. */
  isSecretOf(digestHex: string, shown: string): boolean;
};

/** @param secret what every process of the data directory has in common (the masking key) */
export function createClientKeys(secret: Uint8Array): ClientKeys {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook clients v1', KEY_BYTES));
  const mac = (what: string, value: string): Buffer => createHmac('sha256', key).update(`${what}:${value}`).digest();
  const secretDigest: ClientKeys['secretDigest'] = (value) => mac('secret', value);
  return {
    secretDigest,
    sourceDigest: (source) => mac('source', source),
    isSecretOf(digestHex, shown) {
      const [kept, given] = [Buffer.from(digestHex, 'hex'), secretDigest(shown)];
      return kept.length === given.length && timingSafeEqual(kept, given);
    },
  };
}
