import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maySee } from '#approvals/may-see.ts';
import type { Role } from '#policy/duties.ts';
import { aDecider, anApproval } from '#test/fakes/approval.ts';

const sees = (subject: string, groups: readonly string[] = [], roles: readonly Role[] = []): boolean =>
  maySee(
    anApproval({ votes: [{ by: aDecider('olga'), effect: 'approve', scope: 'once', reason: '', atMs: 1 }] }),
    aDecider(subject, groups),
    new Set(roles),
  );

test('approvers, those who decided, whoever asked, admins and auditors see a request; nobody else', () => {
  assert.ok(sees('lena', ['okta:leads']));
  assert.ok(sees('olga'));
  assert.ok(sees('ada'));
  for (const role of ['admin', 'auditor'] as const) assert.ok(sees('eve', [], [role]));
  for (const role of ['approver', 'policyApprover', 'breakGlass'] as const)
    assert.equal(sees('eve', [], [role]), false);
  assert.equal(sees('eve', ['okta:support']), false);
});

test('whoever answers for a service account sees what it asks', () => {
  const requester = { ...anApproval().requester, owner: aDecider('otto') };
  assert.ok(maySee(anApproval({ requester }), aDecider('otto', []), new Set()));
  assert.equal(maySee(anApproval(), aDecider('otto', []), new Set()), false);
});
