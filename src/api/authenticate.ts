/** Who asks: a token of a configured issuer for its `apiAudience`. Tokens for /mcp are refused here. */
import type { ApiArrival, ApiRefusal, KnownCall } from '#api/call.ts';
import type { ApiParts } from '#api/parts.ts';
import { readBearer } from '#identity/bearer.ts';
import { wireFault, type TokenFault } from '#identity/token-fault.ts';
import { err, ok, type Result } from '#result.ts';

const RETRY_MS = 5_000;

/** @param rawHeaders as `node:http` gives them, duplicates and all. */
export async function authenticate(
  arrival: ApiArrival,
  rawHeaders: readonly string[],
  { identity, limits }: Pick<ApiParts, 'identity' | 'limits'>,
): Promise<Result<KnownCall, ApiRefusal>> {
  const bearer = readBearer(rawHeaders, limits);
  if (!bearer.ok) return err(refusalOf(bearer.error));
  const verified = await identity.verifyForApi(bearer.value);
  return verified.ok
    ? ok({ ...arrival, verified: verified.value, token: bearer.value })
    : err(refusalOf(verified.error));
}

export const refusalOf = (fault: TokenFault): ApiRefusal =>
  wireFault(fault).status === 503
    ? { code: 'identity_unavailable', reason: fault, retryAfterMs: RETRY_MS }
    : { code: 'unauthenticated', reason: fault, fault };
