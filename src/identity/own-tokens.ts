/**
 * Tokens the gateway itself gave out: found in its own store, not verified by a signature. The port to that store; which
 * form of token is whose; refuses to know how they are kept.
 */
import type { Caller } from '#identity/caller.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';

export type OwnToken = {
  readonly caller: Caller;
  /** What it is for: URLs of connections or of the API, or `ANY_CONNECTION`. */
  readonly resource: string | readonly string[];
  /** Compared with revocation epochs. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** CIDR blocks it may be used from; anywhere when undefined. */
  readonly networks?: readonly string[];
};

/** Both are synchronous and throw when the store cannot be read. */
export type OwnTokens = {
  /** Undefined: there is no such token, or it, its grant or its sign-in ended. */
  find(token: string, digest: string): OwnToken | undefined;
  /** The exact reason for that, for the record; where more is known than that there is no such token. */
  whyNot?(token: string, digest: string): TokenFault | undefined;
  /** Whether the token that `tokenDigest` names still counts, for a caller of the same groups; expiry and epochs are compared by whoever asks. */
  stillHolds(verified: VerifiedCaller): boolean;
};

/** Every connection, and not the API. */
export const ANY_CONNECTION = '*';

export type OwnKind = NonNullable<VerifiedCaller['own']>;

/** By kind; a kind that is not there is refused like any other unknown token. */
export type OwnTokenStores = Readonly<Partial<Record<OwnKind, OwnTokens>>>;

export const API_KEY_PREFIX = 'gbk_';

/** Undefined for what is a JWT or nothing: three parts joined by dots (RFC 7519 section 3). No token of our own has a dot. */
export function ownKindOf(token: string): OwnKind | undefined {
  if (token.includes('.')) return undefined;
  return token.startsWith(API_KEY_PREFIX) ? 'api_key' : 'access_token';
}
