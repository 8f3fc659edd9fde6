/** Whether a new call may begin at all: its source keeps within bounds, the book can take it, and there is room. */
import type { Limited, Received } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Quota } from '#gateway/quota.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { readBearer } from '#identity/bearer.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

type Parts = Pick<Gateway, 'identity' | 'limits' | 'quotas'>;
type SourceRequest = Pick<Received, 'sourceKey' | 'startedMs'> & { readonly rawHeaders: readonly string[] };

export type SourceFault = {
  readonly code: 'rate_limited';
  readonly reason: 'source_rate' | 'source_refusals';
  readonly retryAfterMs: number;
  readonly quota: Quota;
};

/** A token that was good before is no guess: whoever has it is not shut out by what others at this address try. */
function hasKnownToken(rawHeaders: readonly string[], { identity, limits }: Parts): boolean {
  const bearer = readBearer(rawHeaders, limits);
  return bearer.ok && identity.remembers(bearer.value);
}

/** Counts the request. Undefined when it may go on; for `/mcp` and for `/api`, which share the counts. */
export function sourceFault(
  { sourceKey, startedMs, rawHeaders }: SourceRequest,
  parts: Parts,
): SourceFault | undefined {
  const { limits, quotas } = parts;
  const waitMs = quotas.sources.request(sourceKey, startedMs);
  if (waitMs > 0) {
    const windowMs = (limits.sourceRequestsBurst / limits.sourceRequestsPerSecond) * 1_000;
    const quota = { policy: 'source', size: limits.sourceRequestsBurst, unit: 'requests', windowMs } as const;
    return { code: 'rate_limited', reason: 'source_rate', retryAfterMs: waitMs, quota };
  }
  const unheardMs = quotas.sources.unheardMs(sourceKey, startedMs);
  if (unheardMs === 0 || hasKnownToken(rawHeaders, parts)) return undefined;
  const size = quotas.sources.allowedRefusals(sourceKey, startedMs);
  const quota = { policy: 'source-refusals', size, unit: 'requests', windowMs: limits.refusalWindowMs } as const;
  return { code: 'rate_limited', reason: 'source_refusals', retryAfterMs: unheardMs, quota };
}

export function limit(call: Received, gateway: Gateway): Result<Limited, Refusal> {
  if (gateway.draining()) return err({ code: 'stopping', reason: 'draining', retryAfterMs: RETRY_MS });
  const fault = sourceFault({ ...call, rawHeaders: call.http.request.rawHeaders }, gateway);
  if (fault !== undefined) return err(fault);
  const ledger = gateway.ledger.accepts();
  if (!ledger.ok) {
    return err({
      code: 'audit_unavailable',
      reason: ledger.error.reason,
      retryAfterMs: ledger.error.retryAfterMs,
      executed: 'no',
    });
  }
  if (!gateway.admission.enter(call.id, call.cut)) {
    const size = gateway.limits.callsInFlight;
    const quota = { policy: 'gateway-calls', size, unit: 'concurrent-requests', windowMs: undefined } as const;
    return err({ code: 'rate_limited', reason: 'calls_in_flight', retryAfterMs: RETRY_MS, quota });
  }
  return ok({ ...call, admitted: true });
}
