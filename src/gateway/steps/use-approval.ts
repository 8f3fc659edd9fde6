/**
 * Uses the yes up, on stable storage, before the intent that names it: dying in between wastes it, and nothing is ever sent
 * twice for it. The last thing that may still refuse comes before this, so that no yes is wasted on a call that is refused.
 */
import type { Approved, Permitted } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Outcome = Result<Permitted, Refusal>;

const RETRY_MS = 5_000;

export function useApproval(call: Approved, gateway: Gateway): Outcome | Promise<Outcome> {
  return call.approval === undefined ? ok(call as Permitted) : useUp(call, call.approval, gateway);
}

async function useUp(
  call: Approved,
  approval: NonNullable<Approved['approval']>,
  { approvals, log }: Gateway,
): Promise<Outcome> {
  const { decision } = call;
  try {
    const used = await (approval.state === 'used' ? approvals.goOn(approval) : approvals.use(approval));
    if (used !== undefined) return ok({ ...(call as Permitted), approval: used });
    return err({ code: 'approval_expired', reason: 'used_or_over', decision });
  } catch (error) {
    log.error({ call: call.id, error: String(error) }, 'an approval cannot be used up');
    return err({ code: 'approvals_unavailable', reason: 'store', retryAfterMs: RETRY_MS, executed: 'no' });
  }
}
