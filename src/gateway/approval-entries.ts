/** What is written of a request for approval: everything under the approval's id, so that the book tells its story in one search. */
import type { Approval, ApprovalRequest } from '#approvals/approval.ts';
import type { ApprovalAct } from '#approvals/approvals.ts';
import type { Decider } from '#approvals/transitions.ts';
import type { RecordHeader } from '#events/header.ts';
import type { Authorized } from '#gateway/call.ts';
import { callHeader, entryOf, leafMask } from '#gateway/entries.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masker } from '#masking/masker.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

/** Before anybody is asked: what exactly is asked (the masked copy), of whom. */
export function approvalRequestedEntry(
  call: Authorized,
  masker: Masker,
  { id, terms, expiresMs }: Omit<ApprovalRequest, 'record'>,
): LedgerEntry {
  const header = callHeader(call);
  const decision = header.decision === undefined ? {} : { decision: { ...header.decision, approval: id } };
  const { approvers, needed, scopes } = terms;
  return entryOf(
    call,
    masker,
    { kind: 'control', ref: null, st: 'approval_requested' },
    {
      header: { ...header, ...decision, detail: { approvers, needed, scopes, expires: timeText(expiresMs) } },
      payload: call.masked.stored,
      mask: leafMask(call.masked),
    },
  );
}

type Detail = NonNullable<RecordHeader['detail']>;

function detailOf(approval: Approval, act: ApprovalAct): Detail {
  const { requester, state, votes, scope, usableUntilMs, flood } = approval;
  const last = votes.at(-1);
  return {
    state,
    requesterIssuer: requester.issuer,
    requesterSubject: requester.subject,
    ...(act === 'approval_vote' && last !== undefined ? { vote: last.effect, scope: last.scope } : {}),
    ...(act === 'approval_flood' && flood !== undefined ? { of: flood.of } : {}),
    ...(state === 'approved' && usableUntilMs !== undefined
      ? { granted: scope ?? 'once', usableUntil: timeText(usableUntilMs) }
      : {}),
  };
}

/** @param id a fresh call id. `by`: who did it; undefined for the gateway itself, as when time did. */
export function approvalActEntry(
  id: string,
  masker: Masker,
  act: ApprovalAct,
  approval: Approval,
  by: Decider | undefined,
): LedgerEntry {
  const { connection, method, name, terms, policy } = approval;
  const who =
    by === undefined
      ? GATEWAY_CALLER
      : { issuer: by.issuer, subject: by.subject, kind: 'person' as const, groups: by.groups };
  const reason = act === 'approval_vote' ? approval.votes.at(-1)?.reason : undefined;
  const header: RecordHeader = {
    caller: { issuer: who.issuer, subject: who.subject, kind: who.kind, groups: who.groups },
    connection,
    method,
    name,
    decision: { effect: 'hold', policy, rule: terms.rule, approval: approval.id },
    ...(reason === undefined || reason === '' ? {} : { reason }),
    detail: detailOf(approval, act),
  };
  return {
    kind: 'control',
    call: id,
    ref: null,
    st: act,
    header: masker.maskHeader(header, undefined),
    payload: null,
    mask: { n: 0 },
    pol: policy,
    subject: callerKey(who),
  };
}
