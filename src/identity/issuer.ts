/**
 * One identity provider as configured, and what is wrong with such a configuration. Plain; filled by config/.
 */
import { isAlgorithm } from '#identity/algorithms.ts';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';

export type IssuerPreset = 'okta' | 'entra' | 'generic';

export type IssuerSettings = {
  /** Key in gatebook.yaml, the prefix of this issuer's groups, clients and scopes: `okta` in `okta:mcp-admins`. */
  readonly namespace: string;
  readonly preset: IssuerPreset;
  /** Compared with the token's `iss` as a string: no normalisation, a trailing slash matters (RFC 8414 section 2). */
  readonly issuer: string;
  /** Accepted `aud` members for `/mcp`, besides the ones of the connection. */
  readonly audiences: readonly string[];
  /** Where the keys are; without it they are found by discovery. */
  readonly jwksUri?: string;
  /** Default `groups`. A top-level claim, by its exact name. */
  readonly groupsClaim?: string;
  /** Overrides the preset's claim for a person's stable subject. */
  readonly subjectClaim?: string;
  /** Overrides the preset's claim for the client id. */
  readonly clientClaim?: string;
  /** JWS algorithm names; overrides the preset's. */
  readonly algorithms?: readonly string[];
  /** Longest accepted `exp - iat`, in milliseconds. */
  readonly tokenLifetimeMs?: number;
  /** The `aud` of tokens for `/api`; never one of `audiences`. */
  readonly apiAudience?: string;
};

/** Claims that a person, an administrator or a marriage may change: an identity must not hang on them. */
const MUTABLE_CLAIMS = ['email', 'name', 'nickname', 'preferred_username', 'unique_name', 'upn'];

/** Every problem of one issuer's settings, each with what to do; empty when there is none. */
export function issuerProblems(settings: IssuerSettings): readonly string[] {
  const problems: string[] = [];
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(settings.namespace)) {
    problems.push('the name of an issuer is 1 to 63 characters of a-z, 0-9, _ and -, as it prefixes groups');
  }
  if (!isTrustworthyUrl(settings.issuer)) problems.push('issuer must be an https: URL, or http: on loopback');
  if (/[?#]/.test(settings.issuer)) problems.push('issuer has no query or fragment (RFC 8414 section 2)');
  if (settings.jwksUri !== undefined && !isTrustworthyUrl(settings.jwksUri)) {
    problems.push('jwksUri must be an https: URL, or http: on loopback');
  }
  if (settings.audiences.includes('')) problems.push('an audience must not be empty');
  if (settings.apiAudience !== undefined && settings.audiences.includes(settings.apiAudience)) {
    problems.push('apiAudience must not be one of audiences: tokens for /mcp are not tokens for /api');
  }
  for (const name of settings.algorithms ?? []) {
    if (!isAlgorithm(name)) problems.push(`algorithm ${name} is not supported; only asymmetric JWS algorithms are`);
  }
  if (settings.algorithms?.length === 0) problems.push('algorithms must name at least one algorithm');
  if (settings.subjectClaim !== undefined && MUTABLE_CLAIMS.includes(settings.subjectClaim)) {
    problems.push(`subjectClaim ${settings.subjectClaim} can change; name a stable identifier such as sub`);
  }
  const lifetime = settings.tokenLifetimeMs;
  if (lifetime !== undefined && !(Number.isSafeInteger(lifetime) && lifetime > 0)) {
    problems.push('tokenLifetimeMs must be a positive whole number of milliseconds');
  }
  return problems;
}
