/** The record of what is about to be sent, durable before it is (P1). */
import type { Permitted, Recorded } from '#gateway/call.ts';
import { upwardEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export async function recordIntent(call: Permitted, gateway: Gateway): Promise<Result<Recorded, Refusal>> {
  const durable = call.trace?.recording('intent');
  const intent = await gateway.ledger.append(upwardEntry(call, gateway.masker));
  durable?.();
  if (intent.ok) {
    gateway.metrics.masked(call.masked.findings);
    return ok({ ...call, intent: intent.value });
  }
  return err({
    code: 'audit_unavailable',
    reason: intent.error.reason,
    retryAfterMs: intent.error.retryAfterMs,
    executed: 'no',
  });
}
