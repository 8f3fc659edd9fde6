/**
 * Access tokens the authorization server gave out, as identity asks for them: at every call, and for every open stream a few
 * times a second. What a token says is kept in memory; whether it counts is asked of the store whenever anything there ended.
 */
import { hasSameGroups } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { OwnToken, OwnTokens } from '#identity/own-tokens.ts';
import type { Limits } from '#limits.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows, TokenRow } from '#oauth/oauth-rows.ts';
import { callerOf, countsFromMs, vouchedUntilMs } from '#oauth/sign-in.ts';
import { signInOf } from '#oauth/sign-ins.ts';

export type AccessTokenParts = {
  readonly rows: Pick<OAuthRows, 'token' | 'revision' | 'write'>;
  readonly keys: OAuthKeys;
  readonly clock: () => number;
  readonly limits: Pick<Limits, 'issuerCheckStaleMs' | 'ownTokensCached' | 'tokenClockSkewMs'>;
  /** Whether people of this issuer may still sign in: gatebook.yaml in force now. */
  readonly trusts: (issuer: string) => boolean;
  /** Who calls with a token for client credentials; undefined when that client is no service account (any more). */
  readonly accountOf: (clientId: string) => Caller | undefined;
};

/** What oidc-provider keeps of a token, as far as it is read here. */
type Payload = {
  readonly aud?: string;
  readonly clientId?: string;
  readonly iat?: number;
};

type Known = {
  readonly own: OwnToken;
  /** Of the store when it was last asked. */
  revision: number;
  readonly signInVersion: number | undefined;
};

export function createAccessTokens(parts: AccessTokenParts): OwnTokens {
  const { rows, keys, clock, limits, trusts, accountOf } = parts;
  // A Map iterates in insertion order: the first key is the least recently asked one.
  const cache = new Map<string, Known>();

  const keep = (digest: string, known: Known): void => {
    cache.delete(digest);
    cache.set(digest, known);
    if (cache.size <= limits.ownTokensCached) return;
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  };

  /** Whoever shows it has got the answer it came in: the refresh token before that one is used up for good. */
  const noteSeen = ({ unseen }: TokenRow): void => {
    if (unseen === undefined) return;
    // It is written with others and waited for by nobody; when it cannot be, the token before stays good for a retry.
    void rows.write({ act: 'see', digest: unseen, nowMs: clock() }).catch(() => undefined);
  };

  const read = (row: TokenRow, key: Uint8Array): OwnToken | undefined => {
    const { aud, clientId, iat } = JSON.parse(keys.open(key, row.sealed)) as Payload;
    if (aud === undefined || clientId === undefined || iat === undefined) throw new Error('a token is damaged');
    if (row.signIn === undefined) {
      const caller = accountOf(clientId);
      if (caller === undefined) return undefined;
      return { caller, resource: aud, issuedAtMs: countsFromMs(iat * 1_000, limits), expiresAtMs: row.expiresMs };
    }
    const signIn = signInOf(row.signIn, keys);
    if (!trusts(signIn.issuer)) return undefined;
    return {
      caller: callerOf(signIn, clientId),
      resource: aud,
      // Of the sign-in, not of the token: a refresh makes nothing good again that was taken away.
      issuedAtMs: countsFromMs(signIn.signedInAtMs, limits),
      // A check later on changes the row, and this is read again.
      expiresAtMs: Math.min(row.expiresMs, signIn.expiresAtMs, vouchedUntilMs(signIn, limits)),
    };
  };

  const look = (digest: string): OwnToken | undefined => {
    // Before the row: what ends meanwhile is asked for again at the next use.
    const revision = rows.revision();
    const known = cache.get(digest);
    if (known?.revision === revision && stillTrusted(known.own)) {
      keep(digest, known);
      return known.own;
    }
    const key = keys.tokenDigest(digest);
    const row = rows.token(key);
    if (row === undefined) {
      cache.delete(digest);
      return undefined;
    }
    if (known !== undefined && known.signInVersion === row.signIn?.version && stillTrusted(known.own)) {
      known.revision = revision;
      return known.own;
    }
    const own = read(row, key);
    if (own === undefined) {
      cache.delete(digest);
      return undefined;
    }
    if (known === undefined) noteSeen(row);
    keep(digest, { own, revision, signInVersion: row.signIn?.version });
    return own;
  };

  /** Asked each time: a reload may have changed it, and it is a look into a map. */
  const stillTrusted = ({ caller }: OwnToken): boolean =>
    caller.kind === 'person' ? trusts(caller.issuer) : accountOf(caller.subject) !== undefined;

  return {
    find: (_token, digest) => look(digest),
    stillHolds({ tokenDigest, caller }) {
      const own = look(tokenDigest);
      return own !== undefined && hasSameGroups(own.caller, caller);
    },
  };
}
