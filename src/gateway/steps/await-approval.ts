/**
 * A held call needs the yes of people (P7). One that was given for exactly this is found here and used later, right before
 * the intent; without one they are asked, and the call waits for a while (wait-for-people.ts). What is not decided by then is
 * refused with the id of the request: made again once they agreed, the call passes.
 */
import { isSamePrint, stateDigest } from '#approvals/fingerprint.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import type { Approval } from '#approvals/approval.ts';
import { isUsable, mayGoOn } from '#approvals/transitions.ts';
import type { Approved, Authorized } from '#gateway/call.ts';
import { printsOf } from '#gateway/call-prints.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { heldCall } from '#gateway/held-call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { LEFT, waitForPeople } from '#gateway/wait-for-people.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { requestStateOf } from '#mcp/made-ids.ts';
import { isAboutTask } from '#mcp/methods.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

type Outcome = Result<Approved, Refusal>;

const RETRY_MS = 5_000;

export function awaitApproval(call: Authorized, gateway: Gateway): Outcome | Promise<Outcome> {
  const { decision, message } = call;
  switch (decision.effect) {
    case 'allow':
      return ok({ ...call, approval: undefined });
    case 'hold':
      // What is said of a task that the gateway made for a held call does nothing, and it answers that itself.
      if (isAboutTask(message.kind === 'response' ? '' : message.method) && call.follows?.[0]?.held !== undefined)
        return ok({ ...call, approval: undefined });
      // Nobody waits for the answer to a notification, and an answer to a server is asked for already.
      return message.kind === 'request'
        ? hold(call, message, gateway)
        : err({ code: 'approval_required', reason: 'not_a_request', decision });
    case 'deny':
      return err({ code: 'denied', reason: decision.reason, decision });
    default:
      return unreachable(decision.effect);
  }
}

async function hold(call: Authorized, message: RequestMessage, gateway: Gateway): Promise<Outcome> {
  const prints = printsOf(call, message, gateway);
  try {
    const given = goingOn(call, message, gateway) ?? gateway.approvals.usable(prints);
    if (given !== undefined) return ok({ ...call, approval: given });
    let asked = await (call.round === undefined
      ? ask(call, message, prints, gateway)
      : askedBefore(call, message, prints, gateway));
    for (let asks = 1; asked.ok; asks += 1) {
      const waited = await waitForPeople(call, message, asked.value, gateway);
      if (waited.ok || waited.error.reason !== LEFT || asks >= gateway.limits.approvalAsks) return waited;
      asked = await ask(call, message, prints, gateway);
    }
    return asked;
  } catch (error) {
    gateway.log.error({ call: call.id, error: String(error) }, 'approvals cannot be read or kept');
    return err({ code: 'approvals_unavailable', reason: 'store', retryAfterMs: RETRY_MS, executed: 'no' });
  }
}

/**
 * A further round that the server asked for, of a call that was agreed to: with the state it gave for that, once, or as often
 * as the call itself may be made. Whatever else brings a state is asked for with it.
 */
function goingOn(call: Authorized, message: RequestMessage, gateway: Gateway): Approval | undefined {
  const state = requestStateOf(message);
  const id = call.follows?.find(({ approval }) => approval !== undefined)?.approval;
  const approval = state === undefined || id === undefined ? undefined : gateway.approvals.find(id);
  if (state === undefined || approval === undefined) return undefined;
  const isForCall = approval.scope === 'call' && isUsable(approval, gateway.clock());
  if (!isForCall && !mayGoOn(approval, stateDigest(state))) return undefined;
  const { fingerprint } = printsOf(call, message, gateway, approval);
  return isSamePrint(approval.fingerprint, fingerprint) ? approval : undefined;
}

async function ask(
  call: Authorized,
  message: RequestMessage,
  prints: Prints,
  gateway: Gateway,
): Promise<Result<Approval, Refusal>> {
  const held = heldCall(call, message, prints, gateway);
  if (held === undefined) return err({ code: 'approval_required', reason: 'nobody_to_ask', decision: call.decision });
  const asked = await gateway.approvals.ask(held);
  if (asked.ok) return asked;
  return asked.error.code === 'full'
    ? err({ code: 'rate_limited', reason: 'approvals_pending', retryAfterMs: RETRY_MS })
    : err({ code: 'audit_unavailable', reason: asked.error.reason, retryAfterMs: RETRY_MS, executed: 'no' });
}

/** What was asked when the client was sent away; it is back with the same call, or with no good. */
function askedBefore(
  { round, decision }: Authorized,
  { idText }: RequestMessage,
  { fingerprint }: Prints,
  { approvals }: Gateway,
): Result<Approval, Refusal> {
  if (round === undefined || !isSamePrint(Buffer.from(round.print, 'base64url'), fingerprint))
    return err({ code: 'invalid_state', reason: 'of_another_call', idText });
  const asked = approvals.find(round.approval);
  return asked === undefined ? err({ code: 'approval_expired', reason: 'forgotten', decision }) : ok(asked);
}
