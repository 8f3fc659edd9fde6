/**
 * How long a call may go on: as long as its caller is somebody. A revoked caller's call ends at once. When a token ends,
 * so does what streams; a call that has released nothing yet was begun rightly and may still be answered for a while,
 * since an answer withheld leaves its agent not knowing whether it ran.
 */
import type { Identified } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Executed, Refusal } from '#gateway/refusal.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import { wireFault } from '#identity/token-fault.ts';

type Tenant = Pick<Identified, 'verified' | 'reply'>;
type Parts = Pick<Gateway, 'identity' | 'clock' | 'limits'>;

const RETRY_MS = 5_000;

function refusalOf(fault: TokenFault, executed: Executed): Refusal {
  if (wireFault(fault).status === 503)
    return { code: 'identity_unavailable', reason: fault, retryAfterMs: RETRY_MS, executed };
  return { code: 'unauthenticated', reason: fault === 'expired' ? 'token_expired' : 'revoked', executed };
}

/** Why nothing new may begin for this caller, after a wait; undefined when it may. */
export function lapseOf(call: Tenant, gateway: Parts, executed: Executed): Refusal | undefined {
  const checked = gateway.identity.recheck(call.verified);
  return checked.ok ? undefined : refusalOf(checked.error, executed);
}

/** Why what is under way must end now; undefined while it need not. */
export function endOf(call: Tenant, gateway: Parts, executed: Executed): Refusal | undefined {
  const checked = gateway.identity.recheck(call.verified);
  if (checked.ok) return undefined;
  if (checked.error === 'expired' && !call.reply.released()) {
    const graceEndsMs = call.verified.expiresAtMs + gateway.limits.expiredAnswerMs;
    if (gateway.clock() < graceEndsMs) return undefined;
  }
  return refusalOf(checked.error, executed);
}

export const isOver = (call: Tenant, gateway: Parts): boolean => endOf(call, gateway, 'unknown') !== undefined;
