import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalActEntry, approvalNoticeEntry } from '#gateway/approval-entries.ts';
import { aDecider, anApproval, OKTA } from '#test/fakes/approval.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';

const { masker } = fakeGateway();
const voted = anApproval({
  state: 'approved',
  scope: 'once',
  usableUntilMs: 62_000,
  votes: [{ by: aDecider(), effect: 'approve', scope: 'once', reason: 'ticket 17', atMs: 2_000 }],
});

test('a vote is recorded with who cast it, what for, why, and what it did', () => {
  const entry = approvalActEntry('id', masker, 'approval_vote', voted, aDecider());
  const header = headerOf(entry);
  assert.deepEqual([entry.kind, entry.st, entry.call, entry.pol], ['control', 'approval_vote', 'id', voted.policy]);
  assert.deepEqual([header.caller?.issuer, header.caller?.subject], [OKTA, 'grace']);
  assert.equal(header.reason, 'ticket 17');
  assert.equal(header.decision?.approval, voted.id);
  assert.deepEqual(header.detail, {
    state: 'approved',
    requesterIssuer: OKTA,
    requesterSubject: 'ada',
    vote: 'approve',
    scope: 'once',
    granted: 'once',
    usableUntil: '1970-01-01T00:01:02.000Z',
  });
});

test('what time did is the act of the gateway, and repeats nobody', () => {
  const entry = approvalActEntry('id', masker, 'approval_expired', { ...voted, state: 'expired' }, undefined);
  const header = headerOf(entry);
  assert.equal(header.caller?.kind, 'gateway');
  assert.equal(header.reason, undefined);
  assert.equal(header.detail?.['vote'], undefined);
});

test('what whoever asks says is recorded as theirs, also where that is a program, with the ticket', () => {
  const requester = { ...voted.requester, kind: 'service_account', owner: aDecider('olga') } as const;
  const stated = anApproval({ requester, statement: { reason: 'nightly clean-up', ticket: 'OPS-17', atMs: 2_000 } });
  const own = headerOf(approvalActEntry('id', masker, 'approval_statement', stated, { ...requester, groups: [] }));
  assert.deepEqual([own.caller?.subject, own.caller?.kind], ['ada', 'service_account']);
  assert.deepEqual([own.reason, own.detail?.['ticket']], ['nightly clean-up', 'OPS-17']);
  const owner = headerOf(approvalActEntry('id', masker, 'approval_statement', stated, aDecider('olga')));
  assert.deepEqual([owner.caller?.subject, owner.caller?.kind], ['olga', 'person']);
  const vote = headerOf(approvalActEntry('id', masker, 'approval_vote', stated, aDecider()));
  assert.deepEqual([vote.reason, vote.detail?.['ticket']], [undefined, undefined]);
});

test('what somebody decides by broken glass names the glass, beside what they said', () => {
  const [first] = voted.votes;
  assert.ok(first !== undefined);
  const by = { ...aDecider(), glass: 'a:9' };
  const broken = { ...voted, votes: [{ ...first, isBreakGlass: true as const }] };
  const header = headerOf(approvalActEntry('id', masker, 'approval_break_glass', broken, by));
  assert.deepEqual([header.reason, header.detail?.['vote'], header.detail?.['glass']], ['ticket 17', 'approve', 'a:9']);
  // Of a vote that did not need it.
  assert.equal(headerOf(approvalActEntry('id', masker, 'approval_vote', voted, by)).detail?.['glass'], undefined);
});

test('that somebody was told is the act of the gateway under the id of the request, without any of what was told', () => {
  const detail = { notifier: 'ops', kind: 'email', told: 'approved' } as const;
  const entry = approvalNoticeEntry('id', masker, 'approval_told', voted, detail);
  const header = headerOf(entry);
  assert.deepEqual([entry.kind, entry.st, entry.pol, entry.payload], ['control', 'approval_told', voted.policy, null]);
  assert.equal(header.caller?.kind, 'gateway');
  assert.equal(header.decision?.approval, voted.id);
  assert.equal(header.decision?.rule, voted.terms.rule);
  assert.deepEqual(header.detail, detail);
  assert.equal(header.reason, undefined);
});
