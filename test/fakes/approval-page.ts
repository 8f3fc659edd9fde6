/** The page of a request as HTML, with what a test says otherwise. */
import { approvalView } from '#approvals/approval-view.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Finding } from '#masking/masked.ts';
import { parseExactly } from '#events/payload-view.ts';
import { LIMITS } from '#limits.ts';
import { approvalBody } from '#signin/approvals/approval-page.ts';
import type { ApprovalPage, Viewer } from '#signin/approvals/approval-page.ts';
import { argumentRows } from '#signin/approvals/argument-rows.ts';
import { anApproval, TERMS } from '#test/fakes/approval.ts';

export const VIEWER: Viewer = {
  csrf: 'token',
  decides: 'now',
  standing: { as: 'approver', scopes: TERMS.scopes },
  isAsking: false,
  mayState: false,
  mayWithdraw: false,
  mayShow: false,
};

export const askedOf = (json: string, findings: readonly Finding[] = []) => ({
  rows: argumentRows(parseExactly(json), LIMITS.approvalRows),
  place: { path: '/approvals/apr_1', findings, isUnmasked: false },
});

export function approvalPage(other: Partial<ApprovalPage> = {}, approval: Partial<Approval> = {}): string {
  const whole = anApproval(approval);
  return approvalBody({
    approval: whole,
    view: approvalView(whole, 2_000),
    rule: undefined,
    asked: askedOf('{}'),
    compared: undefined,
    lastCalls: undefined,
    sent: undefined,
    notices: [],
    similar: { waiting: 0, refused: 0 },
    lacksStatement: false,
    viewer: VIEWER,
    nowMs: 2_000,
    limits: LIMITS,
    note: undefined,
    ...other,
  }).text;
}
export const wordsOf = (text: string): string => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
export const decidedBy = (decides: Viewer['decides']): Partial<ApprovalPage> => ({ viewer: { ...VIEWER, decides } });
