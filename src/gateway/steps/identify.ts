/** Who is calling. Without a verified answer nothing else of the request is read. */
import type { Identified, Limited } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { isWithin } from '#gateway/networks.ts';
import { readBearer } from '#identity/bearer.ts';
import type { Caller } from '#identity/caller.ts';
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

/** A key that was shown from where it may not be used: the caller hears what a stranger hears, its owner finds it in the book. */
const elsewhere = ({ client = '', key }: Caller): Refusal => ({
  code: 'unauthenticated',
  reason: 'wrong_network',
  ...(key === undefined ? {} : { shown: { client, key: key.id } }),
});

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
  if (!verified.ok) return err(refusalOf(verified.error));
  const { networks, caller } = verified.value;
  if (networks !== undefined && !isWithin(call.source, networks)) return err(elsewhere(caller));
  return ok({ ...call, verified: verified.value, token: bearer.value });
}
