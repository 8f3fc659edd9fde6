/** Puts together what the page of a request says: what is asked, what was before, and what whoever looks can do with it. */
import { approvalView } from '#approvals/approval-view.ts';
import type { Approval } from '#approvals/approval.ts';
import { lacksStatement } from '#approvals/statement.ts';
import { isOpen } from '#approvals/transitions.ts';
import type { VoteFault } from '#approvals/transitions.ts';
import type { WholeCall } from '#events/recorded-call.ts';
import { parseExactly } from '#events/payload-view.ts';
import { err, ok } from '#result.ts';
import { approvalPath } from '#signin/approvals/approval-forms.ts';
import { approvalBody } from '#signin/approvals/approval-page.ts';
import type { ApprovalPage, AskedArguments, Viewer } from '#signin/approvals/approval-page.ts';
import type { ApprovalPagesParts, Seen } from '#signin/approvals/approval-visit.ts';
import { ARGUMENTS, argumentRows, BESIDE, PARAMS } from '#signin/approvals/argument-rows.ts';
import { similarRequests } from '#signin/approvals/similar-requests.ts';
import { pageAnswer } from '#signin/pages/answer.ts';
import type { SignInAnswer } from '#signin/route.ts';

const MISSING: Readonly<Record<'not_indexed' | 'damaged', string>> = {
  not_indexed: 'It cannot be shown yet: load the page again in a moment.',
  damaged: 'The record in the book does not hold. Tell whoever runs the gateway, and do not agree.',
};

/** Methods whose arguments are a member of `params` of their own. */
const WITH_ARGUMENTS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get']);

/** The masked copy: the arguments, then whatever else the client sends along. */
export function argumentsOf(
  { arguments: own, beside, masking: findings = [] }: WholeCall,
  { id, method }: Pick<Approval, 'id' | 'method'>,
  { limits: { approvalRows } }: Pick<ApprovalPagesParts, 'limits'>,
): AskedArguments {
  const main = argumentRows(own ?? null, approvalRows, WITH_ARGUMENTS.has(method) ? ARGUMENTS : PARAMS);
  const rest = beside === undefined ? undefined : argumentRows(beside, approvalRows - main.rows.length, BESIDE);
  return {
    rows: { rows: [...main.rows, ...(rest?.rows ?? [])], isCut: main.isCut || rest?.isCut === true },
    place: { path: approvalPath(id), findings, isUnmasked: false },
  };
}

export const missingWords = (fault: keyof typeof MISSING): string => MISSING[fault];

const NO_WORDS: Readonly<Partial<Record<VoteFault, string>>> = {
  not_pending: '',
  own_request: 'You ask for it yourself: somebody else decides.',
  not_an_approver: 'This is not yours to decide.',
  voted_already: 'You have decided already; others still have to.',
};

function viewerOf({ present, approval, person, isAuditor }: Seen, parts: ApprovalPagesParts): Viewer {
  const { approvals, sessions, showsTo } = parts;
  const fault = approvals.voteFault(approval, person);
  const stating = approvals.statementFault(approval, person);
  const isAsking = stating !== 'not_the_requester';
  const decides = (): Viewer['decides'] => {
    if (isAuditor) return { no: 'Auditors see this and decide nothing.' };
    if (fault !== undefined) return { no: NO_WORDS[fault] ?? 'There is nothing left to decide.' };
    return sessions.isFresh(present) ? 'now' : 'unproved';
  };
  return {
    csrf: present.csrf,
    decides: decides(),
    isAsking,
    mayState: !isAuditor && stating === undefined,
    mayWithdraw: !isAuditor && isAsking && approval.state === 'pending' && parts.clock() < approval.expiresMs,
    standing: approvals.standing(approval, person),
    mayShow: isOpen(approval) && showsTo.some((group) => person.groups.includes(group)),
  };
}

export type Shown = {
  readonly note?: string | undefined;
  /** The arguments as they will be sent. */
  readonly unmasked?: string | undefined;
};

/** That it is read is in the book already. */
export async function readApproval(seen: Seen, parts: ApprovalPagesParts, shown: Shown = {}): Promise<SignInAnswer> {
  const { approval } = seen;
  const { approvals, history, limits, clock, ruleOf } = parts;
  const read = await history.asked(approval.record);
  const masked = read.ok ? argumentsOf(read.value, approval, parts) : undefined;
  const around = read.ok && masked !== undefined ? await aroundOf(read.value, masked, approval, parts) : undefined;
  const page: ApprovalPage = {
    approval,
    view: approvalView(approval, clock()),
    rule: approval.policy === parts.policy.version ? ruleOf(approval.terms.rule) : undefined,
    asked:
      masked === undefined
        ? { missing: missingWords(read.ok ? 'damaged' : read.error) }
        : unmaskedOr(masked, shown, parts),
    compared: around?.compared,
    lastCalls: around?.lastCalls,
    sent: approval.state === 'pending' ? undefined : await history.sentWith(approval.id),
    notices: parts.noticesOf(approval.id),
    similar: similarRequests(approval, approvals.list(['pending', 'denied'])),
    lacksStatement: lacksStatement(approval),
    viewer: viewerOf(seen, parts),
    nowMs: clock(),
    limits,
    note: shown.note,
  };
  return pageAnswer({ title: 'A call that waits', body: approvalBody(page) });
}

const unmaskedOr = (masked: AskedArguments, { unmasked }: Shown, { limits }: ApprovalPagesParts): AskedArguments =>
  unmasked === undefined
    ? masked
    : {
        rows: argumentRows(parseExactly(unmasked), limits.approvalRows),
        place: { ...masked.place, isUnmasked: true },
      };

/** Compared are the masked copies: equal values have equal tokens. */
async function aroundOf(event: WholeCall, now: AskedArguments, approval: Approval, parts: ApprovalPagesParts) {
  const { history } = parts;
  const before = await history.lastApproved(event, approval.id);
  const earlier = !before.ok
    ? err(before.error)
    : ok(
        before.value === undefined ? undefined : { event: before.value, ...argumentsOf(before.value, approval, parts) },
      );
  return {
    compared: { now, earlier },
    lastCalls: event.caller === undefined ? ok([]) : await history.lastCalls(event.caller),
  };
}
