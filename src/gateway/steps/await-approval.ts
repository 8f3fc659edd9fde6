/**
 * A held call needs the yes of people (P7). One that was given for exactly this is found here and used later, right before
 * the intent; without one they are asked, and the call waits for a while. What is not decided by then is refused with the id
 * of the request: made again once they agreed, the call passes.
 */
import type { Approval, Requester } from '#approvals/approval.ts';
import type { Held } from '#approvals/approvals.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import { approvalRequestedEntry } from '#gateway/approval-entries.ts';
import { lacksStatement } from '#approvals/statement.ts';
import { isUsable } from '#approvals/transitions.ts';
import type { Approved, Authorized } from '#gateway/call.ts';
import { printsOf } from '#gateway/call-prints.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { holdOpen } from '#gateway/hold-open.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { recordId } from '#ledger/record.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
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
  const { decision } = call;
  const prints = printsOf(call, message, gateway);
  try {
    const given = gateway.approvals.usable(prints);
    if (given !== undefined) return ok({ ...call, approval: given });
    const held = heldCall(call, message, prints, gateway);
    if (held === undefined) return err({ code: 'approval_required', reason: 'nobody_to_ask', decision });
    const asked = await gateway.approvals.ask(held);
    if (asked.ok) return await waitFor(asked.value, call, message, gateway);
    return asked.error.code === 'full'
      ? err({ code: 'rate_limited', reason: 'approvals_pending', retryAfterMs: RETRY_MS })
      : err({ code: 'audit_unavailable', reason: asked.error.reason, retryAfterMs: RETRY_MS, executed: 'no' });
  } catch (error) {
    gateway.log.error({ call: call.id, error: String(error) }, 'approvals cannot be read or kept');
    return err({ code: 'approvals_unavailable', reason: 'store', retryAfterMs: RETRY_MS, executed: 'no' });
  }
}

async function waitFor(asked: Approval, call: Authorized, message: RequestMessage, gateway: Gateway): Promise<Outcome> {
  // Where nobody can agree yet, whoever asks is told at once what is wanted of them.
  const waits = asked.state === 'pending' && !lacksStatement(asked);
  const decided = waits ? await holdOpen(call, message, asked, gateway) : asked;
  if (decided === undefined && call.gone.aborted) return err({ code: 'client_gone', reason: 'disconnected' });
  if (decided !== undefined && isUsable(decided, gateway.clock())) return ok({ ...call, approval: decided });
  return err(refusalOf(decided ?? asked, call, gateway));
}

function refusalOf(approval: Approval, { decision }: Authorized, { publicUrl, signsIn }: Gateway): Refusal {
  const { id, state, expiresMs, votes } = approval;
  const said = votes.findLast(({ effect }) => effect === 'deny')?.reason ?? '';
  if (state === 'denied') return { code: 'approval_denied', reason: 'denied', decision, approval: { id, said } };
  if (state !== 'pending') return { code: 'approval_expired', reason: state, decision };
  return {
    code: 'approval_required',
    reason: decision.reason,
    decision,
    approval: {
      id,
      url: signsIn ? `${publicUrl}/approvals/${id}` : undefined,
      expiresMs,
      ...(lacksStatement(approval) ? { asks: approval.terms.asks } : {}),
    },
  };
}

function requesterOf(caller: Caller, { holds }: Gateway): Requester {
  const { issuer, subject, kind, groups, client } = caller;
  const keyMaker = caller.key?.createdBy;
  const owner = holds.owners.get(callerKey(caller));
  return {
    issuer,
    subject,
    kind,
    groups,
    client,
    ...(owner === undefined ? {} : { owner }),
    ...(keyMaker === undefined ? {} : { keyMaker }),
  };
}

/** Undefined when the configuration names nobody who could decide. */
function heldCall(
  call: Authorized,
  { method, name }: RequestMessage,
  prints: Prints,
  gateway: Gateway,
): Held | undefined {
  const { rule, policy } = call.decision;
  const terms = rule === undefined ? gateway.holds.otherwise : gateway.holds.byRule.get(rule);
  if (terms === undefined || terms.approvers.length === 0) return undefined;
  return {
    id: `apr_${gateway.newId()}`,
    ...prints,
    requester: requesterOf(call.verified.caller, gateway),
    connection: call.connection.name,
    method,
    name,
    terms,
    policy,
    call: call.id,
    async record(request) {
      const recorded = await gateway.ledger.append(approvalRequestedEntry(call, gateway.masker, request));
      return recorded.ok ? ok(recordId(recorded.value)) : err(recorded.error.reason);
    },
  };
}
