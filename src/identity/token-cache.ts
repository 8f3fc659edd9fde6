/**
 * Remembers verified tokens by the SHA-256 of their exact text, least recently used first out. It only saves the
 * signature: whoever takes an entry out checks audience, expiry, revocation and key generation again. Refuses to know
 * tokens themselves, clocks and keys.
 */
import { hash } from 'node:crypto';
import type { ClaimsVerified } from '#identity/verify-token.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import type { Limits } from '#limits.ts';

export type CachedToken = {
  readonly verified: VerifiedCaller;
  readonly audiences: ClaimsVerified['audiences'];
  /** Of the issuer's keys when the signature was verified. */
  readonly generation: number;
  /** Length of the token. */
  readonly bytes: number;
};

export type TokenCache = {
  get(digest: string): CachedToken | undefined;
  set(digest: string, entry: CachedToken): void;
  delete(digest: string): void;
  readonly size: number;
};

/** Base64url SHA-256. Two tokens never share an entry, not even two spellings of the same one. */
export const digestToken = (token: string): string => hash('sha256', token, 'base64url');

/** Bounded in entries and in bytes of token text, to which the size of the claims kept is proportional. */
export function createTokenCache(limits: Pick<Limits, 'tokenCacheEntries' | 'tokenCacheBytes'>): TokenCache {
  // A Map iterates in insertion order: the first key is the least recently used one.
  const entries = new Map<string, CachedToken>();
  let bytes = 0;

  const remove = (digest: string): void => {
    const entry = entries.get(digest);
    if (entry === undefined) return;
    entries.delete(digest);
    bytes -= entry.bytes;
  };

  return {
    get(digest) {
      const entry = entries.get(digest);
      if (entry === undefined) return undefined;
      entries.delete(digest);
      entries.set(digest, entry);
      return entry;
    },
    set(digest, entry) {
      remove(digest);
      if (entry.bytes > limits.tokenCacheBytes) return;
      entries.set(digest, entry);
      bytes += entry.bytes;
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.tokenCacheEntries && bytes <= limits.tokenCacheBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
    get size() {
      return entries.size;
    },
  };
}
