/**
 * What a client's assertion (RFC 7523 section 3) must say beyond what the library asks of it: for us alone, short, about
 * itself. Signature, algorithm, issuer and use once are the library's to check. Plain claims in; no clock.
 */
import type { Limits } from '#limits.ts';

type Claims = Readonly<Record<string, unknown>>;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A sentence for the client; undefined when there is nothing to say. */
export function assertionFault(
  { aud, exp, iat, iss, jti, sub }: Claims,
  nowMs: number,
  limits: Pick<Limits, 'clientAssertionMs' | 'clientAssertionIdChars' | 'tokenClockSkewMs'>,
): string | undefined {
  // One that is for others too could be shown to us by them (RFC 7523bis section 4).
  if (Array.isArray(aud) && aud.length !== 1) return 'the assertion must be for this server alone';
  if (sub !== iss) return 'the assertion must be about the client itself';
  if (typeof jti !== 'string' || jti.length > limits.clientAssertionIdChars) return 'the jti must be a short text';
  if (!isNumber(exp)) return 'the assertion must say when it expires';
  const latestMs = nowMs + limits.clientAssertionMs + limits.tokenClockSkewMs;
  // It can be used once until it ends, and for so long it has to be remembered that it was.
  if (exp * 1_000 > latestMs)
    return `the assertion must expire within ${limits.clientAssertionMs / 60_000} minutes of when it is made`;
  if (iat !== undefined && (!isNumber(iat) || iat * 1_000 > nowMs + limits.tokenClockSkewMs))
    return 'the assertion is of the future';
  return undefined;
}
