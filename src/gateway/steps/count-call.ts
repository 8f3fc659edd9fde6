/** Remembers that a call goes on, where a rule asks what its caller did lately. The last step before its record. */
import type { Permitted } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';

export function countCall(call: Permitted, gateway: Gateway): Result<Permitted, Refusal> {
  const { message, verified, connection } = call;
  // A cancellation or an answer is no call.
  if (!gateway.policy.looksBack || message.kind !== 'request') return ok(call);
  const past = { connection: connection.name, caller: callerKey(verified.caller) };
  gateway.recentCalls.count(past, message.method, message.name, gateway.monotonic());
  return ok(call);
}
