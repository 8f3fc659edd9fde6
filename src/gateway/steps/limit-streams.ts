/**
 * Streams that last have places of their own: they are many, idle, and nobody knows when they end, so they must not take
 * those of calls. Before anything is recorded or asked for, since what ran is not refused.
 */
import type { Approved, ListenAsked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { isLasting, lasts } from '#gateway/lasting.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

function takePlace(call: Approved | ListenAsked, gateway: Gateway): Refusal | undefined {
  const room = lasts(call.id, call, gateway);
  if (room === 'entered') return undefined;
  const { limits } = gateway;
  const [policy, size] =
    room === 'listeners'
      ? (['gateway-listeners', limits.listeners] as const)
      : (['caller-listeners', limits.listenersPerCaller] as const);
  const quota = { policy, size, unit: 'concurrent-requests', windowMs: undefined } as const;
  return { code: 'rate_limited', reason: room, retryAfterMs: RETRY_MS, quota };
}

/** A subscription, among calls. */
export function limitSubscriptions(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  const refusal = isLasting(call) ? takePlace(call, gateway) : undefined;
  return refusal === undefined ? ok(call) : err(refusal);
}

/** A GET. One that goes on with a call is a call, which a stop waits for. */
export function limitListeners(call: ListenAsked, gateway: Gateway): Result<ListenAsked, Refusal> {
  const refusal = call.resumes?.call === undefined ? takePlace(call, gateway) : undefined;
  return refusal === undefined ? ok(call) : err(refusal);
}
