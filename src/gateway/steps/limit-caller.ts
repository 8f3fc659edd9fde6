/** One caller may not take all the room there is. */
import type { Identified } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function limitCaller(call: Identified, gateway: Gateway): Result<Identified, Refusal> {
  if (gateway.admission.enterCaller(call.id, callerKey(call.verified.caller))) return ok(call);
  return err({ code: 'rate_limited', reason: 'calls_in_flight_per_caller', retryAfterMs: 1_000 });
}
