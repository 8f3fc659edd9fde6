/** The proof, in the type system, that a token was verified: made only in src/identity/. */
import type { Caller } from '#identity/caller.ts';

declare const verified: unique symbol;

export type VerifiedFacts = {
  readonly caller: Caller;
  /** The token's `exp`, Unix milliseconds: the caller is nobody from this instant on. */
  readonly expiresAtMs: number;
  /** The token's `iat`, Unix milliseconds, but not later than when it was first seen. Compared with revocation epochs. */
  readonly issuedAtMs: number;
  /** Base64url SHA-256 of the exact token: names it in memory without being it. */
  readonly tokenDigest: string;
  /** Of which kind a token of our own is; undefined for an issuer's. */
  readonly own?: 'api_key' | 'access_token' | 'web_session';
  /** CIDR blocks it may be used from; anywhere when undefined. */
  readonly networks?: readonly string[];
};

export type VerifiedCaller = VerifiedFacts & { readonly [verified]: true };

/** For identity/ alone, after every check of the token. */
export const asVerified = (facts: VerifiedFacts): VerifiedCaller => facts as VerifiedCaller;
