/** Whether a new call may begin at all: the book can take it, and there is room. */
import type { Limited, Received } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

export function limit(call: Received, gateway: Gateway): Result<Limited, Refusal> {
  if (gateway.draining()) return err({ code: 'stopping', reason: 'draining', retryAfterMs: RETRY_MS });
  const ledger = gateway.ledger.accepts();
  if (!ledger.ok) {
    return err({
      code: 'audit_unavailable',
      reason: ledger.error.reason,
      retryAfterMs: ledger.error.retryAfterMs,
      executed: 'no',
    });
  }
  if (!gateway.admission.enter(call.id, call.cut))
    return err({ code: 'rate_limited', reason: 'calls_in_flight', retryAfterMs: RETRY_MS });
  return ok({ ...call, admitted: true });
}
