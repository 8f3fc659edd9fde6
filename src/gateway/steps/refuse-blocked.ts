/** A message with a value that masking is told to block goes no further, whoever may send it. */
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { BLOCKED_BY_MASKING } from '#gateway/refusal.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function refuseBlocked(call: Authorized, _gateway: Gateway): Result<Authorized, Refusal> {
  const { isBlocked, findings } = call.masked;
  return isBlocked ? err({ code: 'denied', reason: BLOCKED_BY_MASKING, executed: 'no', findings }) : ok(call);
}
