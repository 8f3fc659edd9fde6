/** A refusal as the client gets it: problem details, and the challenge of RFC 6750 with the metadata of RFC 9728. */
import type { ApiRefusal } from '#api/call.ts';
import { PROBLEMS, problemType, type Problem } from '#api/contract/problem.ts';
import { rateLimitHeaders } from '#gateway/quota.ts';
import { apiMetadataUrl, challenge } from '#identity/resource-metadata.ts';
import { LIMITS } from '#limits.ts';

const FRESH_SECONDS = LIMITS.freshSignInMs / 1_000;

export type ProblemSubject = { readonly call: string; readonly publicUrl: string; readonly allow?: string };

export function problemOf(refusal: ApiRefusal, call: string): Problem {
  const [status, title] = PROBLEMS[refusal.code];
  const { detail, executed, parameter, offset, expected } = refusal;
  return {
    type: problemType(refusal.code),
    title,
    status,
    code: refusal.code,
    ...(detail === undefined ? {} : { detail }),
    ...(executed === undefined ? {} : { executed }),
    call,
    ...(parameter === undefined ? {} : { parameter }),
    ...(offset === undefined ? {} : { offset }),
    ...(expected === undefined ? {} : { expected }),
  };
}

export function problemResponse(refusal: ApiRefusal, { call, publicUrl, allow }: ProblemSubject): Response {
  const problem = problemOf(refusal, call);
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (refusal.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(refusal.retryAfterMs / 1_000)));
  if (refusal.quota !== undefined) {
    for (const [name, value] of rateLimitHeaders(refusal.quota, refusal.retryAfterMs ?? 0)) headers.set(name, value);
  }
  if (allow !== undefined) headers.set('allow', allow);
  if (refusal.fault !== undefined && problem.status === 401)
    headers.set('www-authenticate', challenge(apiMetadataUrl(publicUrl), { fault: refusal.fault }));
  // RFC 9470 section 3.
  if (refusal.code === 'fresh_sign_in_required')
    headers.set('www-authenticate', challenge(apiMetadataUrl(publicUrl), { maxAgeSeconds: FRESH_SECONDS }));
  // "The request requires higher privileges than provided by the access token" (RFC 6750 section 3.1).
  if (refusal.code === 'forbidden')
    headers.set('www-authenticate', challenge(apiMetadataUrl(publicUrl), { missingScopes: [] }));
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
