/**
 * What is kept in place of an API key: an HMAC of it under a key that only this deployment has. Whoever reads the store can
 * neither use what is there nor try keys out against it.
 */
import { createHmac, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;
const ID_CHARS = 16;

export type ApiKeyDigests = {
  /** @param tokenDigest SHA-256 of the key, as identity makes it of every token */
  digest(tokenDigest: string): Buffer;
  /** Names the key without opening anything: 16 hex digits. */
  id(tokenDigest: string): string;
};

/** @param secret what every process of the data directory has in common (the masking key) */
export function createApiKeyDigests(secret: Uint8Array): ApiKeyDigests {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook api keys v1', KEY_BYTES));
  const idKey = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook api key ids v1', KEY_BYTES));
  return {
    digest: (tokenDigest) => createHmac('sha256', key).update(tokenDigest).digest(),
    id: (tokenDigest) => createHmac('sha256', idKey).update(tokenDigest).digest('hex').slice(0, ID_CHARS),
  };
}
