/**
 * One caller may not take all the room there is: calls in a minute, calls at once, streams at once. From here on the call
 * ends when its caller is nobody any more.
 */
import type { Tenure } from '#gateway/admission.ts';
import type { Identified } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { isOver } from '#gateway/tenure.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

/** Nobody knows when a call or a stream ends. */
const RETRY_MS = 1_000;

/** Of the call only this: it may wait for long, and what came before must not be kept beside what it became. */
class CallTenure implements Tenure {
  readonly verified: Identified['verified'];
  readonly reply: Identified['reply'];
  readonly #cut: Identified['cut'];
  readonly #gateway: Gateway;

  constructor({ verified, reply, cut }: Identified, gateway: Gateway) {
    this.verified = verified;
    this.reply = reply;
    this.#cut = cut;
    this.#gateway = gateway;
  }
  isOver(): boolean {
    return isOver(this, this.#gateway);
  }
  end(): void {
    this.#cut.abort();
    this.reply.dropUnsent();
  }
}

export function limitCaller(call: Identified, gateway: Gateway): Result<Identified, Refusal> {
  const { admission, limits, quotas } = gateway;
  const caller = callerKey(call.verified.caller);
  quotas.sources.verified(call.sourceKey, call.startedMs);
  const waitMs = quotas.callers.call(caller, call.startedMs);
  if (waitMs > 0) {
    const size = limits.callerCallsBurst;
    const windowMs = (size / limits.callerCallsPerMinute) * 60_000;
    const quota = { policy: 'caller', size, unit: 'requests', windowMs } as const;
    return err({ code: 'rate_limited', reason: 'caller_rate', retryAfterMs: waitMs, quota });
  }
  const room = admission.enterCaller(call.id, caller, new CallTenure(call, gateway));
  switch (room) {
    case 'entered':
      return ok(call);
    case 'calls_in_flight_per_caller':
    case 'streams_per_caller': {
      const [policy, size] =
        room === 'streams_per_caller'
          ? (['caller-streams', limits.streamsPerCaller] as const)
          : (['caller-calls', limits.callsInFlightPerCaller] as const);
      const quota = { policy, size, unit: 'concurrent-requests', windowMs: undefined } as const;
      return err({ code: 'rate_limited', reason: room, retryAfterMs: RETRY_MS, quota });
    }
    default:
      return unreachable(room);
  }
}
