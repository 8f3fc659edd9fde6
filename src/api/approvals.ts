/** Shows what waits for people and takes their decisions. What a decision does is src/approvals/approvals.ts. */
import { STATES } from '#approvals/approval.ts';
import type { Approval } from '#approvals/approval.ts';
import { approvalView } from '#approvals/approval-view.ts';
import type { Decider, VoteFault } from '#approvals/transitions.ts';
import type { Unavailable } from '#approvals/approval-parts.ts';
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { Approval as Shown, decideApproval, getApproval, listApprovals } from '#api/contract/approval.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordApprovalRead } from '#api/payload-read.ts';
import { findHit } from '#api/show-event.ts';
import { parseRecordId } from '#events/find-event.ts';
import { recordedCall } from '#events/recorded-call.ts';
import type { WholeCall } from '#events/recorded-call.ts';
import { err, ok, unreachable, type Result } from '#result.ts';

const RETRY_MS = 5_000;
const UNREADABLE = err({ code: 'state_unavailable', reason: 'unreadable', retryAfterMs: RETRY_MS } as const);

export const deciderOf = ({ verified }: ApiCall): Decider => {
  const { issuer, subject, groups } = verified.caller;
  return { issuer, subject, groups };
};

export const isSeen = (approval: Approval, call: ApiCall, { approvals }: Pick<ApiParts, 'approvals'>): boolean =>
  approvals.isShownTo(approval, deciderOf(call), call.roles);

export const shown = (
  approval: Approval,
  call: ApiCall,
  { approvals, clock, noticesOf }: Pick<ApiParts, 'approvals' | 'clock' | 'noticesOf'>,
): Shown => {
  const { approvers, scopes, ...view } = approvalView(approval, clock());
  return {
    ...view,
    approvers: [...approvers],
    scopes: [...scopes],
    votes: [...view.votes],
    notices: [...noticesOf(approval.id)],
    mayState: !call.roles.has('auditor') && approvals.statementFault(approval, deciderOf(call)) === undefined,
    mayDecide: !call.roles.has('auditor') && approvals.voteFault(approval, deciderOf(call)) === undefined,
  };
};

export function serveApprovals(
  call: ApiCall,
  { query: { state } }: Pick<ApiInput<typeof listApprovals>, 'query'>,
  parts: Pick<ApiParts, 'approvals' | 'clock' | 'noticesOf'>,
): ApiOutcome {
  try {
    const listed = parts.approvals.list(state === 'all' ? STATES : [state]).filter((one) => isSeen(one, call, parts));
    return ok({ json: listed.map((one) => shown(one, call, parts)) });
  } catch {
    return UNREADABLE;
  }
}

/** What one may not see is not there. */
export function findApproval(
  id: string,
  call: ApiCall,
  parts: Pick<ApiParts, 'approvals'>,
): Result<Approval, ApiRefusal> {
  try {
    const found = parts.approvals.find(id);
    return found !== undefined && isSeen(found, call, parts)
      ? ok(found)
      : err({ code: 'not_found', reason: 'approval' });
  } catch {
    return UNREADABLE;
  }
}

export async function serveApproval(
  call: ApiCall,
  { params: { id }, query: { payloads = false } }: Pick<ApiInput<typeof getApproval>, 'params' | 'query'>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const found = findApproval(id, call, parts);
  if (!found.ok) return found;
  const view = shown(found.value, call, parts);
  if (!payloads) return ok({ json: view });
  const recorded = await recordApprovalRead(call, found.value, parts);
  if (!recorded.ok) return recorded;
  const asked = await askedIn(found.value, call, parts);
  if (!asked.ok) return asked;
  const { arguments: given, beside } = asked.value;
  return ok({ json: { ...view, arguments: given, ...(beside === undefined ? {} : { beside }) } });
}

async function askedIn({ record }: Approval, call: ApiCall, parts: ApiParts): Promise<Result<WholeCall, ApiRefusal>> {
  const place = parseRecordId(record);
  if (place === undefined) return err({ code: 'record_damaged', reason: 'no_record' });
  // A record too new for the index is waited for.
  const hit = await findHit(call, place, parts);
  if (!hit.ok) return hit;
  const read = await recordedCall(record, parts, call.signal);
  if (read.ok) return read;
  parts.log.error({ call: call.id, record }, 'a record of the book does not hold');
  return err({ code: 'record_damaged', reason: 'not_verified' });
}

function refusalOf(fault: VoteFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable): ApiRefusal {
  if (typeof fault === 'object')
    return { code: 'audit_unavailable', reason: fault.reason, retryAfterMs: RETRY_MS, executed: 'no' };
  switch (fault) {
    case 'unknown_approval':
      return { code: 'not_found', reason: 'approval' };
    case 'own_request':
      return { code: 'forbidden', reason: fault, detail: 'nobody decides what they ask for', executed: 'no' };
    case 'not_an_approver':
      return { code: 'forbidden', reason: fault, detail: 'other groups decide this', executed: 'no' };
    case 'statement_missing':
      return {
        code: 'statement_missing',
        reason: fault,
        detail: 'whoever asks has not said yet what the rule wants to know',
        executed: 'no',
      };
    case 'scope_not_offered':
      return {
        code: 'invalid_parameter',
        reason: fault,
        parameter: 'scope',
        detail: 'the rule does not offer that',
        executed: 'no',
      };
    case 'voted_already':
      return { code: 'approval_over', reason: fault, detail: 'you have decided already', executed: 'no' };
    case 'not_pending':
    case 'expired':
    case 'changed_meanwhile':
      return { code: 'approval_over', reason: fault, executed: 'no' };
    default:
      return unreachable(fault);
  }
}

export async function serveApprovalDecision(
  call: ApiCall,
  { params: { id }, body }: Pick<ApiInput<typeof decideApproval>, 'params' | 'body'>,
  parts: Pick<ApiParts, 'approvals' | 'clock' | 'noticesOf' | 'masker' | 'log' | 'revocations'>,
): Promise<ApiOutcome> {
  const found = findApproval(id, call, parts);
  if (!found.ok) return found;
  const { masker, revocations } = parts;
  // It is told to a client and kept, so it is masked before either.
  const reason = masker
    .maskStoredText(body.reason.toWellFormed(), masker.secretsOf([...revocations.secrets(), call.token]))
    .toWellFormed();
  const verdict = { effect: body.decision, scope: body.scope, reason };
  const vote = () => parts.approvals.vote(id, deciderOf(call), verdict);
  return changedBy('a decision', vote, refusalOf, call, parts);
}

/** The approval as it is after `change`. @param what is recorded by it, for the log */
export async function changedBy<Fault>(
  what: string,
  change: () => Promise<Result<Approval, Fault>>,
  refusal: (fault: Fault) => ApiRefusal,
  call: ApiCall,
  parts: Pick<ApiParts, 'approvals' | 'clock' | 'noticesOf' | 'log'>,
): Promise<ApiOutcome> {
  try {
    const changed = await change();
    return changed.ok ? ok({ json: shown(changed.value, call, parts) }) : err(refusal(changed.error));
  } catch (error) {
    parts.log.error({ call: call.id, error: String(error) }, `${what} is recorded and perhaps not in force`);
    return err({ code: 'state_unavailable', reason: 'not_in_force', retryAfterMs: RETRY_MS, executed: 'unknown' });
  }
}
