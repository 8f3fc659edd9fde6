import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToldRecord } from '#approvals/book-facts.ts';
import { isOlder, toldWith, votesNotKept } from '#approvals/book-facts.ts';
import type { Told } from '#approvals/book-facts.ts';
import { anApproval, OKTA } from '#test/fakes/approval.ts';

const GRACE = { issuer: OKTA, subject: 'grace' };
const HEIDI = { issuer: OKTA, subject: 'heidi' };
const told = (...records: readonly Partial<ToldRecord>[]): Told => {
  let facts: Told | undefined;
  for (const record of records)
    facts = toldWith(facts, { act: 'approval_requested', approval: 'a', by: GRACE, ...record });
  assert.ok(facts);
  return facts;
};
const USED = told({}, { act: 'approval_vote', vote: 'approve' }, { act: 'intent' });
const approved = (scope: 'once' | 'call' | 'tool') => anApproval({ state: 'approved', scope, usableUntilMs: 9_000 });

test('a use in the book makes a state older that still has the approval open, or does not have it', () => {
  assert.equal(isOlder(approved('once'), USED), true);
  assert.equal(isOlder(anApproval(), USED), true);
  assert.equal(isOlder(undefined, USED), true);
  assert.equal(isOlder(anApproval({ state: 'used' }), USED), false);
});

test('one for a while is used and stays open, unless its yes is missing', () => {
  assert.equal(isOlder(approved('call'), USED), false);
  assert.equal(isOlder(approved('tool'), USED), false);
  assert.equal(isOlder(anApproval({ scope: 'tool' }), USED), true);
});

test('an end in the book makes a state older that has it open, whatever for', () => {
  for (const act of ['approval_expired', 'approval_withdrawn', 'approval_void']) {
    assert.equal(isOlder(anApproval(), told({ act })), true, act);
    assert.equal(isOlder(approved('tool'), told({ act })), true, act);
    assert.equal(isOlder(anApproval({ state: 'void' }), told({ act })), false, act);
  }
});

test('a request or a vote that is missing makes none older: whoever dies has recorded it and not kept it', () => {
  assert.equal(isOlder(undefined, told({})), false);
  assert.equal(isOlder(anApproval(), told({}, { act: 'approval_vote', vote: 'deny' })), false);
});

test('votes that are recorded and not kept are found, but for those the book says did not count', () => {
  const votes = told(
    { act: 'approval_vote', vote: 'deny' },
    { act: 'approval_vote', vote: 'approve', by: HEIDI },
    { act: 'approval_vote_void', by: HEIDI },
  );
  assert.deepEqual(votesNotKept(anApproval(), votes), [{ by: GRACE, effect: 'deny' }]);
  const kept = anApproval({ votes: [{ by: GRACE, effect: 'deny', scope: 'once', reason: '', atMs: 1 }] });
  assert.deepEqual(votesNotKept(kept, votes), []);
});
