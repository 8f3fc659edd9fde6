/** What is written of a request for approval: everything under the approval's id, so that the book tells its story in one search. */
import type { Approval, ApprovalRequest } from '#approvals/approval.ts';
import type { ApprovalAct } from '#approvals/approval-parts.ts';
import type { Decider } from '#approvals/transitions.ts';
import type { RecordHeader } from '#events/header.ts';
import type { Authorized } from '#gateway/call.ts';
import { callHeader, entryOf, leafMask } from '#gateway/entries.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masker } from '#masking/masker.ts';
import type { NoticeAct, NoticeDetail } from '#notify/tell-notice.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

/** Before anybody is asked: what exactly is asked (the masked copy), of whom. */
export function approvalRequestedEntry(
  call: Authorized,
  masker: Masker,
  { id, terms, expiresMs }: Omit<ApprovalRequest, 'record'>,
): LedgerEntry {
  const header = callHeader(call);
  const decision = header.decision === undefined ? {} : { decision: { ...header.decision, approval: id } };
  const { approvers, needed, scopes, asks, breakGlass } = terms;
  const asked = [...(asks.reason ? ['reason'] : []), ...(asks.ticket === undefined ? [] : ['ticket'])];
  return entryOf(
    call,
    masker,
    { kind: 'control', ref: null, st: 'approval_requested' },
    {
      header: {
        ...header,
        ...decision,
        detail: { approvers, needed, scopes, asks: asked, breakGlass, expires: timeText(expiresMs) },
      },
      payload: call.masked.stored,
      mask: leafMask(call.masked),
    },
  );
}

type Detail = NonNullable<RecordHeader['detail']>;

function detailOf(approval: Approval, act: ApprovalAct, by: Decider | undefined): Detail {
  const isVote = act === 'approval_vote' || act === 'approval_break_glass';
  const { requester, state, votes, statement, scope, usableUntilMs, flood } = approval;
  const last = votes.at(-1);
  const ticket = act === 'approval_statement' ? statement?.ticket : undefined;
  return {
    state,
    requesterIssuer: requester.issuer,
    requesterSubject: requester.subject,
    ...(ticket === undefined ? {} : { ticket }),
    ...(isVote && last !== undefined ? { vote: last.effect, scope: last.scope } : {}),
    ...(isVote && last?.isBreakGlass === true && by?.glass !== undefined ? { glass: by.glass } : {}),
    ...(act === 'approval_flood' && flood !== undefined ? { of: flood.of } : {}),
    ...(state === 'approved' && usableUntilMs !== undefined
      ? { granted: scope ?? 'once', usableUntil: timeText(usableUntilMs) }
      : {}),
  };
}

function reasonOf({ votes, statement }: Approval, act: ApprovalAct): string {
  switch (act) {
    case 'approval_vote':
    case 'approval_break_glass':
      return votes.at(-1)?.reason ?? '';
    case 'approval_statement':
      return statement?.reason ?? '';
    default:
      return '';
  }
}

/** Whoever asks may be a program; whoever else has a say is a person. */
function whoActs({ requester }: Approval, by: Decider | undefined): NonNullable<RecordHeader['caller']> {
  if (by === undefined) {
    const { issuer, subject, kind, groups } = GATEWAY_CALLER;
    return { issuer, subject, kind, groups };
  }
  const isRequester = callerKey(by) === callerKey(requester);
  return { issuer: by.issuer, subject: by.subject, kind: isRequester ? requester.kind : 'person', groups: by.groups };
}

type ActRecord = {
  /** A fresh call id. */
  readonly id: string;
  readonly act: string;
  readonly header: RecordHeader;
  readonly policy: string;
  readonly subject: string;
};

const actEntry = ({ id, act, header, policy, subject }: ActRecord, masker: Masker): LedgerEntry => ({
  kind: 'control',
  call: id,
  ref: null,
  st: act,
  header: masker.maskHeader(header, undefined),
  payload: null,
  mask: { n: 0 },
  pol: policy,
  subject,
});

/** @param id a fresh call id. `by`: who did it; undefined for the gateway itself, as when time did. */
export function approvalActEntry(
  id: string,
  masker: Masker,
  act: ApprovalAct,
  approval: Approval,
  by: Decider | undefined,
): LedgerEntry {
  const { connection, method, name, terms, policy } = approval;
  const who = whoActs(approval, by);
  const reason = reasonOf(approval, act);
  const header: RecordHeader = {
    caller: who,
    connection,
    method,
    name,
    decision: { effect: 'hold', policy, rule: terms.rule, approval: approval.id },
    ...(reason === '' ? {} : { reason }),
    detail: detailOf(approval, act, by),
  };
  return actEntry({ id, act, header, policy, subject: callerKey(who) }, masker);
}

/** Somebody was told of it, or could not be. @param id a fresh call id; `detail`: free of content. */
export function approvalNoticeEntry(
  id: string,
  masker: Masker,
  act: NoticeAct,
  { id: approval, connection, method, name, terms, policy }: Approval,
  detail: NoticeDetail,
): LedgerEntry {
  const { issuer, subject, kind, groups } = GATEWAY_CALLER;
  const header: RecordHeader = {
    caller: { issuer, subject, kind, groups },
    connection,
    method,
    name,
    decision: { effect: 'hold', policy, rule: terms.rule, approval },
    detail: { ...detail },
  };
  return actEntry({ id, act, header, policy, subject: callerKey(GATEWAY_CALLER) }, masker);
}
