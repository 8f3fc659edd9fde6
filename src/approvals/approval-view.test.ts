import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalView } from '#approvals/approval-view.ts';
import { anApproval } from '#test/fakes/approval.ts';

test('an approval is shown without prints, and as over from the moment its time is', () => {
  const view = approvalView(anApproval(), 1_000);
  assert.equal(view.state, 'pending');
  assert.equal(view.expiresAt, '1970-01-01T00:10:01.000Z');
  assert.equal(JSON.stringify(view).includes('rint"'), false);
  assert.equal(approvalView(anApproval(), 601_000).state, 'expired');
});
