/**
 * Judges the claims of a token whose signature was verified, and reads the caller out of them (RFC 7519, RFC 8725,
 * RFC 9068). Pure: no I/O, no clock, `nowMs` is passed in. Refuses to know keys, caches and revocation.
 *
 * Leeway: `exp` has none, since an expired token is refused from its very second. `iat` and `nbf` may lie
 * `tokenClockSkewMs` in the future, since issuers' clocks run ahead.
 */
import { callerOf } from '#identity/token-caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { Claims } from '#identity/jws.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { IssuerProfile } from '#identity/presets.ts';
import type { ClaimsFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

export type ClaimsExpected = {
  readonly settings: IssuerSettings;
  readonly profile: IssuerProfile;
  /** One exact member of the token's `aud` must be in one of these lists. */
  readonly audiences: readonly (readonly string[])[];
  readonly nowMs: number;
  readonly limits: Limits;
};

export type ClaimsVerified = {
  readonly caller: Caller;
  readonly audiences: readonly string[];
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
};

export function verifyClaims(claims: Claims, expected: ClaimsExpected): Result<ClaimsVerified, ClaimsFault> {
  const times = verifyTimes(claims, expected);
  if (!times.ok) return times;
  const audiences = readAudiences(claims['aud'], expected.limits);
  if (audiences === undefined) return err('audience_invalid');
  if (!audienceAccepted(audiences, expected.audiences)) return err('wrong_audience');
  // RFC 7800: the token is bound to a key the caller would have to prove. Taking it as a bearer token unbinds it.
  if (claims['cnf'] !== undefined) return err('cnf_refused');
  const other = otherTokenType(claims);
  if (other !== undefined) return err(other);
  const caller = callerOf(claims, audiences, expected);
  return caller.ok ? ok({ caller: caller.value, audiences, ...times.value }) : caller;
}

/** Exact comparison of strings, no URL normalisation (RFC 7519 section 4.1.3, RFC 8725 section 3.9). */
export const audienceAccepted = (audiences: readonly string[], accepted: readonly (readonly string[])[]): boolean =>
  audiences.some((audience) => accepted.some((list) => list.includes(audience)));

type Times = Pick<ClaimsVerified, 'issuedAtMs' | 'expiresAtMs'>;

function verifyTimes(claims: Claims, expected: ClaimsExpected): Result<Times, ClaimsFault> {
  const { nowMs, limits, settings } = expected;
  const { exp, iat, nbf } = claims;
  if (!isNumericDate(exp)) return err('exp_invalid');
  if (!isNumericDate(iat)) return err('iat_invalid');
  if (nbf !== undefined && !isNumericDate(nbf)) return err('nbf_invalid');

  const latestMs = nowMs + limits.tokenClockSkewMs;
  if (exp * 1_000 <= nowMs) return err('expired');
  if (iat * 1_000 > latestMs) return err('iat_in_future');
  if (nbf !== undefined && nbf * 1_000 > latestMs) return err('not_yet_valid');
  const lifetimeMsMax = Math.min(settings.tokenLifetimeMs ?? limits.tokenLifetimeMs, limits.tokenLifetimeMs);
  if ((exp - iat) * 1_000 > lifetimeMsMax) return err('lifetime_too_long');
  return ok({ issuedAtMs: iat * 1_000, expiresAtMs: exp * 1_000 });
}

/** Last instant of an ECMAScript Date, in seconds. A string, null, a bigint and 1e400 (Infinity) are no date. */
const NUMERIC_DATE_MAX = 8_640_000_000_000;

/** RFC 7519 section 2: a JSON number of seconds, fractions allowed. */
const isNumericDate = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= NUMERIC_DATE_MAX;

function readAudiences(aud: unknown, limits: Pick<Limits, 'tokenAudiences'>): readonly string[] | undefined {
  if (typeof aud === 'string') return aud === '' ? undefined : [aud];
  if (!Array.isArray(aud) || aud.length === 0 || aud.length > limits.tokenAudiences) return undefined;
  const audiences: string[] = [];
  for (const audience of aud as readonly unknown[]) {
    if (typeof audience !== 'string' || audience === '') return undefined;
    audiences.push(audience);
  }
  return audiences;
}

/** Only ID tokens have these: OpenID Connect Core sections 2, 3.1.3.6 and 3.3.2.11, FAPI 1 part 2 section 5.1.1. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];
/** Okta names its ID tokens in `jti`. */
const OKTA_ID_TOKEN = /^ID\./;

/**
 * Tokens that say themselves what they are for: Keycloak's claim `typ` (`ID`, `Refresh`, `Offline`, `Logout`; access tokens
 * are `Bearer`), Cognito's `token_use`, and signed introspection answers (RFC 9701 section 5).
 */
function namesOtherPurpose(claims: Claims): boolean {
  const names = [claims['typ'], claims['token_use']].filter((name) => name !== undefined);
  return claims['token_introspection'] !== undefined || !names.every(isAccess);
}

const ACCESS = ['bearer', 'jwt', 'at+jwt', 'access', 'access_token'];
const isAccess = (name: unknown): boolean => typeof name === 'string' && ACCESS.includes(name.toLowerCase());

/** RFC 8725 section 3.12: signed by the same keys, made for another purpose. */
function otherTokenType(claims: Claims): ClaimsFault | undefined {
  if (ID_TOKEN_CLAIMS.some((name) => claims[name] !== undefined)) return 'id_token';
  if (typeof claims['jti'] === 'string' && OKTA_ID_TOKEN.test(claims['jti'])) return 'id_token';
  if (namesOtherPurpose(claims)) return 'purpose_refused';
  // RFC 8417 section 2.2; a back-channel logout token is one.
  if (claims['events'] !== undefined) return 'security_event_token';
  return undefined;
}
