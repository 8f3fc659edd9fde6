/** Who is calling. Without a verified answer nothing else of the request is read. */
import type { Identified, Limited } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { readBearer } from '#identity/bearer.ts';
import { resourceUrl } from '#identity/resource-metadata.ts';
import { wireFault } from '#identity/token-fault.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 5_000;

/** Only where the gateway itself cannot tell is it not the caller's token that is at fault. */
const refusalOf = (fault: TokenFault): Refusal =>
  wireFault(fault).status === 503
    ? { code: 'identity_unavailable', reason: fault, retryAfterMs: RETRY_MS }
    : { code: 'unauthenticated', reason: fault };

export async function identify(call: Limited, gateway: Gateway): Promise<Result<Identified, Refusal>> {
  const bearer = readBearer(call.http.request.rawHeaders, gateway.limits);
  if (!bearer.ok) return err(refusalOf(bearer.error));
  // A token may be for the connection's URL even when no such connection exists: that is told only after this step.
  const audiences = [
    resourceUrl(gateway.publicUrl, call.connectionName),
    ...(gateway.connections.get(call.connectionName)?.audiences ?? []),
  ];
  const verification = gateway.identity.verify(bearer.value, audiences);
  const verified = verification instanceof Promise ? await verification : verification;
  return verified.ok ? ok({ ...call, verified: verified.value, token: bearer.value }) : err(refusalOf(verified.error));
}
