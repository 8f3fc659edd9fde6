import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createApprovalKeys } from '#approvals/approval-keys.ts';
import { anApproval, OKTA } from '#test/fakes/approval.ts';

const keys = createApprovalKeys(Buffer.alloc(32, 1), randomBytes);
const approval = anApproval();

test('what was sealed opens to what it was, and shows nothing before', () => {
  const sealed = keys.seal(approval);
  const opened = keys.open(approval.id, approval, sealed);
  assert.deepEqual(opened.requester, approval.requester);
  assert.deepEqual(opened.terms, approval.terms);
  assert.equal(opened.state, 'pending');
  assert.equal(sealed.includes('ada'), false);
});

test('one row does not open in the place of another, nor for another call, nor altered, nor with another key', () => {
  const sealed = keys.seal(approval);
  const other = new Uint8Array(32);
  const altered = Buffer.from(sealed);
  altered[20] = (altered[20] ?? 0) ^ 1;
  assert.throws(() => keys.open('apr_2', approval, sealed));
  assert.throws(() => keys.open(approval.id, { ...approval, fingerprint: other }, sealed));
  assert.throws(() => keys.open(approval.id, { ...approval, toolPrint: other }, sealed));
  assert.throws(() => keys.open(approval.id, approval, altered));
  assert.throws(() => createApprovalKeys(Buffer.alloc(32, 2), randomBytes).open(approval.id, approval, sealed));
});

test('requesters are named by a keyed digest that does not mix issuer and subject up', () => {
  const digest = keys.requesterDigest({ issuer: OKTA, subject: 'ada' });
  assert.deepEqual(digest, keys.requesterDigest({ issuer: OKTA, subject: 'ada' }));
  assert.notDeepEqual(digest, keys.requesterDigest({ issuer: `${OKTA}a`, subject: 'da' }));
});
