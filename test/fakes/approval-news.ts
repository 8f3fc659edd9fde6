/** What notifiers are told of one request that waits. */
import type { ApprovalNews } from '#notify/notifier.ts';

const ASKED_MS = Date.UTC(2026, 6, 1);

export const approvalNews = (other: Partial<ApprovalNews> = {}): ApprovalNews => ({
  id: `apr_${'a'.repeat(26)}`,
  revision: 1,
  state: 'pending',
  connection: 'customers',
  method: 'tools/call',
  name: 'delete_customer',
  requester: { subject: 'ada', kind: 'person' },
  rule: 'hold-deletes',
  approvers: ['okta:leads'],
  needed: 1,
  yes: 0,
  askedAtMs: ASKED_MS,
  expiresAtMs: ASKED_MS + 600_000,
  url: `https://gatebook.example/approvals/apr_${'a'.repeat(26)}`,
  flood: undefined,
  statement: undefined,
  decidedBy: undefined,
  reason: undefined,
  ...other,
});
