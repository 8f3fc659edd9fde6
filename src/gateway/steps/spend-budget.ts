/** What goes up is in the connection's budget, or does not go up. Asked last: what was refused before costs nothing. */
import type { Approved } from '#gateway/call.ts';
import type { Spender } from '#gateway/connection-quota.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Spending = Pick<Approved, 'connection' | 'verified'>;

function spenderOf({ connection, verified }: Spending): Spender | undefined {
  const { name, budget } = connection;
  return budget === undefined ? undefined : { connection: name, budget, caller: callerKey(verified.caller) };
}

export function spendBudget(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  const spender = spenderOf(call);
  if (spender === undefined) return ok(call);
  // A cancellation or an answer is no call; its bytes count.
  const calls = call.message.kind === 'request' ? 1 : 0;
  const bytes = call.masked.send.length;
  const exceeded = gateway.quotas.connections.spend(spender, calls, bytes, gateway.monotonic());
  return exceeded === undefined ? ok(call) : err({ code: 'rate_limited', ...exceeded });
}

/** A message that came back. */
export function countAnswer(call: Spending, bytes: number, gateway: Gateway): void {
  const spender = spenderOf(call);
  if (spender !== undefined) gateway.quotas.connections.count(spender, bytes, gateway.monotonic());
}
