/** Approvals as tests need them: one that is pending, with what a test says otherwise. */
import { HOLD_DEFAULTS } from '#approvals/approval.ts';
import type { Approval, ApprovalRequest, HoldTerms } from '#approvals/approval.ts';
import type { Decider } from '#approvals/transitions.ts';

export const OKTA = 'https://okta.example';

export const TERMS: HoldTerms = {
  rule: 'hold-deletes',
  approvers: ['okta:leads'],
  needed: 1,
  scopes: ['once', 'call', 'tool'],
  waitMs: 600_000,
  validMs: 60_000,
  ...HOLD_DEFAULTS,
};

const print = (text: string): Uint8Array => Uint8Array.from(Buffer.alloc(32, text));

export const anApprovalRequest = (other: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'apr_1',
  fingerprint: print('delete 7'),
  toolPrint: print('delete'),
  requester: { issuer: OKTA, subject: 'ada', kind: 'person', groups: ['okta:support'], client: 'okta:cli' },
  connection: 'customers',
  method: 'tools/call',
  name: 'delete_customer',
  terms: TERMS,
  policy: '0123456789abcdef',
  call: 'call',
  record: 'a:7',
  askedMs: 1_000,
  expiresMs: 601_000,
  ...other,
});

export const anApproval = (other: Partial<Approval> = {}): Approval => ({
  ...anApprovalRequest(other),
  state: 'pending',
  votes: [],
  statement: undefined,
  scope: undefined,
  usableUntilMs: undefined,
  revision: 1,
  ...other,
});

export const aDecider = (subject = 'grace', groups: readonly string[] = ['okta:leads']): Decider => ({
  issuer: OKTA,
  subject,
  groups,
});
