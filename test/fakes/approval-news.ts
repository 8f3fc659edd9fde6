/** What notifiers are told of one request that waits. */
import type { ApprovalNews } from '#notify/notifier.ts';

const ASKED_MS = Date.UTC(2026, 6, 1);

export const approvalNews = (other: Partial<ApprovalNews> = {}): ApprovalNews => ({
  id: `apr_${'a'.repeat(26)}`,
  revision: 1,
/** News of an approval, with what a test says otherwise. */
import type { ApprovalNews } from '#notify/notifier.ts';

export const someNews = (other: Partial<ApprovalNews> = {}): ApprovalNews => ({
  id: 'apr_1',
  revision: 7,
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
  askedAtMs: Date.UTC(2026, 10, 26, 9, 0),
  expiresAtMs: Date.UTC(2026, 10, 26, 10, 0),
  url: 'https://mcp.example/approvals/apr_1',
  flood: undefined,
  statement: undefined,
  decidedBy: undefined,
  reason: undefined,
  ...other,
});
