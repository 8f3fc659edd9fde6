/**
 * Who is calling: verifies bearer tokens of the configured issuers. Puts the parts of this folder in their order
 * (form, issuer, header, key, signature, claims, revocation) and keeps verified tokens. Refuses to know HTTP and
 * what a caller may do.
 */
import type { IdentityClock } from '#identity/clock.ts';
import type { EpochSource } from '#identity/epochs.ts';
import { epochFault } from '#identity/epochs.ts';
import { keyFits, verifySignature } from '#identity/algorithms.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import { issuerProblems } from '#identity/issuer.ts';
import type { IssuerFetch } from '#identity/issuer-fetch.ts';
import type { IdentityLog, IssuerKeys } from '#identity/issuer-keys.ts';
import { createIssuerKeys } from '#identity/issuer-keys.ts';
import type { Jws } from '#identity/jws.ts';
import { parseCompactJws } from '#identity/jws.ts';
import type { IssuerKey } from '#identity/jwks.ts';
import type { KeyCache } from '#identity/key-cache.ts';
import type { IssuerProfile } from '#identity/presets.ts';
import { profileOf } from '#identity/presets.ts';
import { ANY_CONNECTION, ownKindOf } from '#identity/own-tokens.ts';
import type { OwnKind, OwnToken, OwnTokens, OwnTokenStores } from '#identity/own-tokens.ts';
import type { CachedToken } from '#identity/token-cache.ts';
import { createTokenCache, digestToken } from '#identity/token-cache.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import type { TokenHeader } from '#identity/token-header.ts';
import { verifyHeader } from '#identity/token-header.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { audienceAccepted, verifyClaims } from '#identity/verify-token.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

export type IdentityOptions = {
  readonly issuers: readonly IssuerSettings[];
  readonly fetch: IssuerFetch;
  readonly clock: IdentityClock;
  readonly keyCache: KeyCache;
  readonly epochs: EpochSource;
  readonly limits: Limits;
  readonly log: IdentityLog;
  /** Tokens the gateway gave out itself; none are taken without. */
  readonly own?: OwnTokenSettings;
  /** The keys of an issuer; by default made here. A reload gives those it has already. */
  readonly keysOf?: (settings: IssuerSettings) => IssuerKeys;
};

export type OwnTokenSettings = {
  readonly stores: OwnTokenStores;
  /** Of callers who are the gateway's own: service accounts. Others are of the issuer they signed in at. */
  readonly issuer?: string;
  /** What a token must be for to be one for the API. */
  readonly apiResource: string;
};

export type Verification = Result<VerifiedCaller, TokenFault>;

export type IssuerReadiness = {
  readonly issuer: string;
  readonly namespace: string;
  readonly usable: boolean;
  /** Free of secrets and addresses; present when not usable. */
  readonly reason?: string;
};

export type IdentityStats = {
  /** Tokens whose signature need not be verified again, since the start, and those whose must. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly cacheEntries: number;
  readonly issuers: readonly {
    readonly namespace: string;
    readonly usable: boolean;
    readonly keysAgeMs: number | undefined;
    readonly failedRefreshes: number;
  }[];
};

export type Identity = {
  /**
   * For `/mcp`: the token must carry one of `audiences` (those of the connection) or of its issuer's `audiences`.
   * Answers at once, except when the issuer has to be asked for an unknown key.
   */
  verify(token: string, audiences: readonly string[]): Verification | Promise<Verification>;
  /** Whether this very token was verified and would still do, at the cost of a hash: no promise for any audience. */
  remembers(token: string): boolean;
  /** For `/api`: the token must carry its issuer's `apiAudience`, and nothing else will do. */
  verifyForApi(token: string): Verification | Promise<Verification>;
  /** For `/api`: the value of a browser's cookie. Shown as a token it is none. */
  verifyWebSession(value: string): Verification;
  /** The same checks as at a cache hit, for a caller who had to wait: expiry and revocation. */
  recheck(verified: VerifiedCaller): Result<VerifiedCaller, TokenFault>;
  /** Whether tokens of this issuer are taken at all. */
  trusts(issuer: string): boolean;
  ready(): readonly IssuerReadiness[];
  stats(): IdentityStats;
  /** Resolves once every issuer has usable keys or was asked once; never rejects for an unreachable issuer. */
  start(): Promise<void>;
  close(): Promise<void>;
};

type Issuer = {
  readonly settings: IssuerSettings;
  readonly profile: IssuerProfile;
  readonly keys: IssuerKeys;
};

/** The door a token is shown at, as a function from its issuer to the lists of accepted audiences. */
type Door = (settings: IssuerSettings) => readonly (readonly string[])[];

/** What a token of our own must be for. */
type OwnDoor = {
  readonly resources: readonly string[];
  /** Whether a token for every connection will do. */
  readonly takesAny: boolean;
};

function opens(resource: OwnToken['resource'], { resources, takesAny }: OwnDoor): boolean {
  const all = typeof resource === 'string' ? [resource] : resource;
  return all.some((one) => (one === ANY_CONNECTION ? takesAny : resources.includes(one)));
}

/** What cannot be read cannot be said to hold. */
function findOwn(token: string, digest: string, store: OwnTokens | undefined): Result<OwnToken, TokenFault> {
  try {
    const found = store?.find(token, digest);
    return found === undefined ? err(store?.whyNot?.(token, digest) ?? 'unknown_token') : ok(found);
  } catch {
    return err('revocations_unknown');
  }
}

function recheckOwn(verified: VerifiedCaller, store: OwnTokens | undefined): Verification {
  try {
    return store?.stillHolds(verified) === true ? ok(verified) : err('revoked');
  } catch {
    return err('revocations_unknown');
  }
}

const apiDoor: Door = ({ apiAudience }) => (apiAudience === undefined ? [] : [[apiAudience]]);

/** Throws for settings that config/ would have refused, such as two issuers of one name. */
export function createIdentity(options: IdentityOptions): Identity {
  const { clock, epochs, limits } = options;
  const issuers = openIssuers(options);
  const cache = createTokenCache(limits);
  let cacheHits = 0;
  let cacheMisses = 0;

  const recheck = (verified: VerifiedCaller): Verification => {
    if (verified.expiresAtMs <= clock.nowMs()) return err('expired');
    const fault = epochFault(verified.caller, verified.issuedAtMs, epochs);
    if (fault !== undefined) return err(fault);
    return verified.own === undefined ? ok(verified) : recheckOwn(verified, options.own?.stores[verified.own]);
  };

  const verifyOwn = (token: string, kind: OwnKind, door: OwnDoor): Verification => {
    const digest = digestToken(token);
    const found = findOwn(token, digest, options.own?.stores[kind]);
    if (!found.ok) return found;
    const { caller, resource, issuedAtMs, expiresAtMs, networks } = found.value;
    if (expiresAtMs <= clock.nowMs()) return err('expired');
    if (!opens(resource, door)) return err('wrong_audience');
    const fault = epochFault(caller, issuedAtMs, epochs);
    if (fault !== undefined) return err(fault);
    const facts = { caller, expiresAtMs, issuedAtMs, tokenDigest: digest, own: kind };
    return ok(asVerified(networks === undefined ? facts : { ...facts, networks }));
  };

  /** Undefined when the signature has to be verified again. */
  const fromCache = (digest: string, door: Door): Verification | undefined => {
    const entry = cache.get(digest);
    if (entry === undefined) return undefined;
    const { caller } = entry.verified;
    const issuer = issuers.get(caller.issuer);
    if (issuer === undefined || issuer.keys.generation() !== entry.generation) {
      cache.delete(digest);
      return undefined;
    }
    if (!audienceAccepted(entry.audiences, door(issuer.settings))) return err('wrong_audience');
    const checked = recheck(entry.verified);
    // Not knowing is no verdict on the token: it stays known for when it is known again.
    if (!checked.ok && checked.error !== 'revocations_unknown') cache.delete(digest);
    return checked;
  };

  /** Everything that comes after the key, in one synchronous stretch: nothing can change in between. */
  const conclude = (
    presented: { readonly token: string; readonly digest: string; readonly jws: Jws; readonly header: TokenHeader },
    issuer: Issuer,
    key: IssuerKey,
    door: Door,
  ): Verification => {
    const { jws, header, digest, token } = presented;
    const signed = verifySigned(jws, header, key);
    if (!signed.ok) return signed;
    const { settings, profile } = issuer;
    const nowMs = clock.nowMs();
    const claims = verifyClaims(jws.claims, { settings, profile, audiences: door(settings), nowMs, limits });
    if (!claims.ok) return claims;
    const { caller, audiences, expiresAtMs } = claims.value;
    const issuedAtMs = Math.min(claims.value.issuedAtMs, nowMs);
    const fault = epochFault(caller, issuedAtMs, epochs);
    if (fault !== undefined) return err(fault);

    const verified = asVerified({ caller, expiresAtMs, issuedAtMs, tokenDigest: digest });
    const entry: CachedToken = { verified, audiences, generation: issuer.keys.generation(), bytes: token.length };
    cache.set(digest, entry);
    return ok(verified);
  };

  const verifyAt = (token: string, door: Door): Verification | Promise<Verification> => {
    if (token.length > limits.tokenBytes) return err('token_too_large');
    const digest = digestToken(token);
    const cached = fromCache(digest, door);
    if (cached !== undefined) {
      cacheHits += 1;
      return cached;
    }
    cacheMisses += 1;

    const jws = parseCompactJws(token, limits);
    if (!jws.ok) return jws;
    const iss = jws.value.claims['iss'];
    if (typeof iss !== 'string') return err('issuer_invalid');
    // Compared as a string and before any key is touched (RFC 8725 section 3.8).
    const issuer = issuers.get(iss);
    if (issuer === undefined) return err('unknown_issuer');
    const header = verifyHeader(jws.value.header, issuer.profile, limits);
    if (!header.ok) return header;

    const presented = { token, digest, jws: jws.value, header: header.value };
    const key = issuer.keys.find(header.value.kid);
    if (key !== undefined) return conclude(presented, issuer, key, door);
    if (!issuer.keys.mayRefetch()) return err(missingKey(issuer.keys));
    return issuer.keys.refetch().then(() => {
      const fetched = issuer.keys.find(header.value.kid);
      return fetched === undefined ? err(missingKey(issuer.keys)) : conclude(presented, issuer, fetched, door);
    });
  };

  /** Undefined: it is an issuer's. */
  const ownKind = (token: string): OwnKind | undefined => {
    if (options.own === undefined || token.length > limits.tokenBytes) return undefined;
    return ownKindOf(token);
  };

  return {
    verify(token, audiences) {
      const kind = ownKind(token);
      if (kind !== undefined) return verifyOwn(token, kind, { resources: audiences, takesAny: true });
      return verifyAt(token, (settings) => [audiences, settings.audiences]);
    },
    remembers(token) {
      const kind = ownKind(token);
      if (kind !== undefined) return findOwn(token, digestToken(token), options.own?.stores[kind]).ok;
      const entry = token.length > limits.tokenBytes ? undefined : cache.get(digestToken(token));
      if (entry === undefined || !recheck(entry.verified).ok) return false;
      return issuers.get(entry.verified.caller.issuer)?.keys.generation() === entry.generation;
    },
    verifyForApi(token) {
      const kind = ownKind(token);
      if (kind === undefined || options.own === undefined) return verifyAt(token, apiDoor);
      return verifyOwn(token, kind, { resources: [options.own.apiResource], takesAny: false });
    },
    verifyWebSession(value) {
      if (options.own === undefined || value.length > limits.tokenBytes) return err('unknown_token');
      return verifyOwn(value, 'web_session', { resources: [options.own.apiResource], takesAny: false });
    },
    recheck,
    trusts: (issuer) => issuers.has(issuer) || issuer === options.own?.issuer,
    ready: () => [...issuers.values()].map((issuer) => readinessOf(issuer, epochs)),
    stats: () => ({ cacheHits, cacheMisses, cacheEntries: cache.size, issuers: [...issuers.values()].map(statsOf) }),
    async start() {
      await Promise.all([...issuers.values()].map(({ keys }) => keys.start()));
    },
    async close() {
      await Promise.all([...issuers.values()].map(({ keys }) => keys.close()));
    },
  };
}

function openIssuers(options: IdentityOptions): ReadonlyMap<string, Issuer> {
  const { fetch, clock, keyCache, limits, log } = options;
  const issuers = new Map<string, Issuer>();
  const namespaces = new Set<string>();
  for (const settings of options.issuers) {
    const problems = issuerProblems(settings);
    if (problems.length > 0) throw new Error(`issuer ${settings.namespace}: ${problems.join('; ')}`);
    if (issuers.has(settings.issuer) || namespaces.has(settings.namespace)) {
      throw new Error(`issuer ${settings.namespace} is configured twice`);
    }
    namespaces.add(settings.namespace);
    const keys = options.keysOf?.(settings) ?? createIssuerKeys({ settings, fetch, clock, keyCache, limits, log });
    issuers.set(settings.issuer, { settings, profile: profileOf(settings), keys });
  }
  return issuers;
}

function verifySigned(jws: Jws, header: TokenHeader, key: IssuerKey): Result<true, TokenFault> {
  if (!key.usable) return err(key.fault);
  // A key published for one algorithm verifies no other (RFC 7517 section 4.4, RFC 8725 section 3.1).
  if (key.algorithm !== undefined && key.algorithm !== header.algorithm) return err('key_algorithm_mismatch');
  if (!keyFits(header.algorithm, key.key)) return err('key_algorithm_mismatch');
  return verifySignature(header.algorithm, key.key, jws.signingInput, jws.signature) ? ok(true) : err('bad_signature');
}

/** The caller's fault when the issuer's keys are known, the gateway's trouble when they are not or it cannot ask. */
const missingKey = (keys: IssuerKeys): TokenFault =>
  keys.problem() === undefined && !keys.isCrowded() ? 'unknown_key' : 'keys_unavailable';

const statsOf = ({ settings, keys }: Issuer): IdentityStats['issuers'][number] => ({
  namespace: settings.namespace,
  usable: keys.problem() === undefined,
  keysAgeMs: keys.ageMs(),
  failedRefreshes: keys.failedRefreshes(),
});

function readinessOf({ settings, keys }: Issuer, epochs: EpochSource): IssuerReadiness {
  const reason = keys.problem() ?? (epochs.areKnown() ? undefined : 'revocations_unknown');
  const { issuer, namespace } = settings;
  return reason === undefined ? { issuer, namespace, usable: true } : { issuer, namespace, usable: false, reason };
}
