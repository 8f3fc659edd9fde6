/**
 * Who asks: a token for the API, or the browser session of a page of ours. Never both: what carries two says nothing clear
 * about anybody. A browser sends its cookie by itself, whoever made it ask; so a cookie counts only for what comes from our
 * own pages, and, where it changes something, with a token that only they know. Tokens for /mcp are refused here.
 */
import type { ApiArrival, ApiRefusal, KnownCall } from '#api/call.ts';
import type { ApiParts } from '#api/parts.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import type { Headers } from '#gateway/call.ts';
import { readBearer } from '#identity/bearer.ts';
import { wireFault, type TokenFault } from '#identity/token-fault.ts';
import { err, ok, type Result } from '#result.ts';
import { foreignBy } from '#signin/own-form.ts';

const RETRY_MS = 5_000;
/** What a page of ours sends with a request by cookie. */
export const CSRF_HEADER = 'x-gatebook-csrf';
/** They change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);

type Parts = Pick<ApiParts, 'identity' | 'limits' | 'publicUrl' | 'web'>;

/** @param rawHeaders as `node:http` gives them, duplicates and all. */
export async function authenticate(
  arrival: ApiArrival,
  rawHeaders: readonly string[],
  parts: Parts,
): Promise<Result<KnownCall, ApiRefusal>> {
  const { identity, limits, web } = parts;
  const bearer = readBearer(rawHeaders, limits);
  const headers = headersOf(rawHeaders);
  if (web?.isShown(headers) === true) {
    if (!bearer.ok && bearer.error === 'missing') return byCookie(arrival, headers, web, parts);
    return err({ ...refusalOf('malformed_authorization'), reason: 'cookie_and_token', detail: 'send one of the two' });
  }
  if (!bearer.ok) return err(refusalOf(bearer.error));
  const verified = await identity.verifyForApi(bearer.value);
  return verified.ok
    ? ok({ ...arrival, verified: verified.value, token: bearer.value })
    : err(refusalOf(verified.error));
}

async function byCookie(
  arrival: ApiArrival,
  headers: Headers,
  web: NonNullable<Parts['web']>,
  { identity, publicUrl }: Parts,
): Promise<Result<KnownCall, ApiRefusal>> {
  const foreign = foreignBy(headers, publicUrl);
  // An old browser says nothing of where a GET comes from: then the token does.
  const proved =
    foreign === undefined || (foreign === 'unsaid' && SAFE.has(arrival.method) && headers.has(CSRF_HEADER));
  if (!proved) return err({ code: 'forbidden_origin', reason: `cookie_${foreign}` });
  // Also of somebody who only looks their issuer is asked now and then.
  if (!(await web.check(headers))) return err(refusalOf('revocations_unknown'));
  const value = web.value(headers);
  const verified = value === undefined ? undefined : identity.verifyWebSession(value);
  // A page left open too long is no attack: it is not counted as a token that was refused.
  if (value === undefined || verified === undefined)
    return err({ ...refusalOf('missing'), reason: 'web_session_unknown' });
  if (!verified.ok)
    return wireFault(verified.error).status === 503
      ? err(refusalOf(verified.error))
      : err({ ...refusalOf('missing'), reason: `web_session_${verified.error}` });
  const present = web.find(headers);
  if (present === undefined) return err({ ...refusalOf('missing'), reason: 'web_session_over' });
  const [token, ...more] = headers.get(CSRF_HEADER) ?? [];
  const isOwnPage = token !== undefined && more.length === 0 && web.isToken(present, token);
  if (!isOwnPage && (foreign === 'unsaid' || !SAFE.has(arrival.method)))
    return err({ code: 'forbidden_origin', reason: 'csrf_token' });
  return ok({ ...arrival, verified: verified.value, token: value, isFresh: web.isFresh(present) });
}

export const refusalOf = (fault: TokenFault): ApiRefusal =>
  wireFault(fault).status === 503
    ? { code: 'identity_unavailable', reason: fault, retryAfterMs: RETRY_MS }
    : { code: 'unauthenticated', reason: fault, fault };
