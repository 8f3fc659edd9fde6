/** A held call waits for a person. Until approvals exist it is refused, and says so. */
import type { Approved, Authorized } from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

export function awaitApproval(call: Authorized): Result<Approved, Refusal> {
  const { decision } = call;
  switch (decision.effect) {
    case 'allow':
      return ok({ ...call, approval: undefined });
    case 'hold':
      return err({ code: 'approval_required', reason: decision.reason, decision });
    case 'deny':
      return err({ code: 'denied', reason: decision.reason, decision });
    default:
      return unreachable(decision.effect);
  }
}
