/** Takes what whoever asks for a call says of it. What that changes is src/approvals/statement.ts. */
import type { StatementFault } from '#approvals/statement.ts';
import type { Unavailable } from '#approvals/approval-parts.ts';
import { changedBy, deciderOf, findApproval } from '#api/approvals.ts';
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { stateApproval } from '#api/contract/approval.ts';
import type { ApiParts } from '#api/parts.ts';
import { unreachable } from '#result.ts';

const RETRY_MS = 5_000;

function refusalOf(fault: StatementFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable): ApiRefusal {
  if (typeof fault === 'object')
    return { code: 'audit_unavailable', reason: fault.reason, retryAfterMs: RETRY_MS, executed: 'no' };
  const unfit = (parameter: string, detail: string): ApiRefusal => ({
    code: 'invalid_parameter',
    reason: fault,
    parameter,
    detail,
    executed: 'no',
  });
  switch (fault) {
    case 'unknown_approval':
      return { code: 'not_found', reason: 'approval' };
    case 'not_the_requester':
      return {
        code: 'forbidden',
        reason: fault,
        detail: 'only whoever asks, or who answers for that service account, says why',
        executed: 'no',
      };
    case 'stated_already':
      return { code: 'stated_already', reason: fault, executed: 'no' };
    case 'reason_missing':
      return unfit('reason', 'the rule wants to know why');
    case 'ticket_missing':
      return unfit('ticket', 'the rule wants a ticket');
    case 'ticket_unfit':
      return unfit('ticket', 'it does not match the pattern under `asks`');
    case 'not_pending':
    case 'expired':
    case 'changed_meanwhile':
      return { code: 'approval_over', reason: fault, executed: 'no' };
    default:
      return unreachable(fault);
  }
}

export async function serveApprovalStatement(
  call: ApiCall,
  { params: { id }, body }: Pick<ApiInput<typeof stateApproval>, 'params' | 'body'>,
  parts: Pick<ApiParts, 'approvals' | 'clock' | 'noticesOf' | 'masker' | 'log' | 'revocations'>,
): Promise<ApiOutcome> {
  const found = findApproval(id, call, parts);
  if (!found.ok) return found;
  const { masker, revocations } = parts;
  const secrets = masker.secretsOf([...revocations.secrets(), call.token]);
  const said = { ...body, mask: (text: string): string => masker.maskStoredText(text, secrets) };
  const state = () => parts.approvals.state(id, deciderOf(call), said);
  return changedBy('a statement', state, refusalOf, call, parts);
}
