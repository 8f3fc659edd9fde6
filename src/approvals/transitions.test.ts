import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, constantFrom, nat, property } from 'fast-check';
import { STATES } from '#approvals/approval.ts';
import type { Approval } from '#approvals/approval.ts';
import type { SamePeople } from '#approvals/people.ts';
import { end, isUsable, lapse, standingOf, use, vote, voteFault } from '#approvals/transitions.ts';
import type { Decider, Verdict } from '#approvals/transitions.ts';
import { LIMITS } from '#limits.ts';
import { aDecider, anApproval, OKTA, TERMS } from '#test/fakes/approval.ts';

const YES: Verdict = { effect: 'approve', scope: 'once', reason: 'fine' };
const NO: Verdict = { effect: 'deny', scope: 'once', reason: 'no' };
const at = (nowMs: number, samePeople: SamePeople = []) => ({ nowMs, samePeople });
const voted = (approval: Approval, by = aDecider(), verdict = YES, when = at(2_000)): Approval => {
  const result = vote(approval, by, verdict, when);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return { ...result.value, revision: 2 };
};

test('a yes makes it usable for as long as the rule says, and not a millisecond longer', () => {
  const approved = voted(anApproval());
  assert.equal(approved.state, 'approved');
  assert.equal(approved.usableUntilMs, 62_000);
  assert.ok(isUsable(approved, 61_999));
  assert.equal(isUsable(approved, 62_000), false);
  assert.equal(use(approved, 62_000), undefined);
});

test('one yes that is used is used up; one for a while is not', () => {
  const once = use(voted(anApproval()), 3_000);
  assert.equal(once?.state, 'used');
  assert.equal(use({ ...once, revision: 3 }, 3_000), undefined);
  for (const scope of ['call', 'tool'] as const) {
    const approved = voted(anApproval(), aDecider(), { ...YES, scope });
    assert.equal(use(approved, 3_000)?.state, 'approved');
  }
});

test('a no ends it at once, also after others said yes', () => {
  const two = anApproval({ terms: { ...TERMS, needed: 2 } });
  const half = voted(two);
  assert.equal(half.state, 'pending');
  assert.equal(voted(half, aDecider('olga'), NO).state, 'denied');
});

test('as many different people as the rule says have to say yes, and the narrowest of their words counts', () => {
  const two = anApproval({ terms: { ...TERMS, needed: 2 } });
  const half = voted(two, aDecider(), { ...YES, scope: 'tool' });
  assert.deepEqual(vote(half, aDecider(), YES, at(2_000)), { ok: false, error: 'voted_already' });
  const whole = voted(half, aDecider('olga'), { ...YES, scope: 'call' });
  assert.equal(whole.state, 'approved');
  assert.equal(whole.scope, 'call');
});

test('who asks does not decide: not himself, not as the owner of the account that asks, not as the maker of its key, not by another identity of his', () => {
  const ada = aDecider('ada');
  assert.equal(voteFault(anApproval(), ada, 2_000, []), 'own_request');
  const account = anApproval({
    requester: {
      issuer: 'https://gatebook.example',
      subject: 'nightly',
      kind: 'service_account',
      groups: [],
      client: 'gatebook:nightly',
      owner: { issuer: OKTA, subject: 'ada' },
    },
  });
  assert.equal(voteFault(account, ada, 2_000, []), 'own_request');
  const keyMaker = { issuer: OKTA, subject: 'olga' };
  const withKey = anApproval({ requester: { ...account.requester, keyMaker } });
  assert.equal(voteFault(withKey, aDecider('olga'), 2_000, []), 'own_request');
  assert.equal(voteFault(account, aDecider('olga'), 2_000, []), undefined);
  const elsewhere = { ...ada, issuer: 'https://entra.example', subject: 'a-17' };
  assert.equal(voteFault(anApproval(), elsewhere, 2_000, []), undefined);
  const same: SamePeople = [
    [
      { issuer: OKTA, subject: 'ada' },
      { issuer: 'https://entra.example', subject: 'a-17' },
    ],
  ];
  assert.equal(voteFault(anApproval(), elsewhere, 2_000, same), 'own_request');
});

test('nobody is counted twice by two identities', () => {
  const two = voted(anApproval({ terms: { ...TERMS, needed: 2 } }));
  const again = { ...aDecider('g-17'), issuer: 'https://entra.example' };
  const same: SamePeople = [[aDecider(), again]];
  assert.deepEqual(vote(two, again, YES, at(2_000, same)), { ok: false, error: 'voted_already' });
});

test('only members of the groups that the rule names decide, and only in time', () => {
  assert.equal(voteFault(anApproval(), aDecider('olga', ['okta:security']), 2_000, []), 'not_an_approver');
  assert.equal(voteFault(anApproval(), aDecider(), 600_999, []), undefined);
  assert.equal(voteFault(anApproval(), aDecider(), 601_000, []), 'expired');
});

test('what the rule does not offer cannot be granted', () => {
  const narrow = anApproval({ terms: { ...TERMS, scopes: ['once'] } });
  assert.deepEqual(vote(narrow, aDecider(), { ...YES, scope: 'tool' }, at(2_000)), {
    ok: false,
    error: 'scope_not_offered',
  });
});

test('nobody says yes before whoever asks has said what the rule wants to know; a no needs no reason', () => {
  const mute = anApproval({ terms: { ...TERMS, asks: { reason: true } } });
  assert.equal(voteFault(mute, aDecider(), 2_000, []), undefined);
  assert.deepEqual(vote(mute, aDecider(), YES, at(2_000)), { ok: false, error: 'statement_missing' });
  assert.equal(voted(mute, aDecider(), NO).state, 'denied');
  assert.equal(voted({ ...mute, statement: { reason: 'because', atMs: 1_500 } }).state, 'approved');
});

const onCall = { ...aDecider('nina', ['okta:on-call']), glass: 'a:9' };
const withTerms = (other: Partial<Approval['terms']>): Approval => anApproval({ terms: { ...TERMS, ...other } });

test('whoever broke the glass decides what others ask, their own only where the rule says so, and nothing where it says nobody', () => {
  const own = { ...aDecider('ada', []), glass: 'a:9' };
  const table = (['nobody', 'others', 'self'] as const).map((breakGlass) => [
    voteFault(withTerms({ breakGlass }), onCall, 2_000, []),
    voteFault(withTerms({ breakGlass }), own, 2_000, []),
  ]);
  assert.deepEqual(table, [
    ['not_an_approver', 'own_request'],
    [undefined, 'own_request'],
    [undefined, undefined],
  ]);
  assert.equal(voteFault(anApproval(), aDecider('nina', ['okta:on-call']), 2_000, []), 'not_an_approver');
  assert.equal(voteFault(anApproval(), onCall, 601_000, []), 'expired');
});

test('by broken glass one call passes, once, soon, and it stays visible; whatever the rule offers', () => {
  const wide = withTerms({ scopes: ['call', 'tool'], validMs: 86_400_000 });
  for (const scope of ['call', 'tool'] as const)
    assert.deepEqual(vote(wide, onCall, { ...YES, scope }, at(2_000)), { ok: false, error: 'scope_not_offered' });
  const approved = voted(wide, onCall);
  assert.deepEqual([approved.scope, approved.usableUntilMs], ['once', 2_000 + LIMITS.breakGlassApprovalMs]);
  assert.equal(approved.votes[0]?.isBreakGlass, true);
  const brief = voted(withTerms({ validMs: 1_000 }), onCall);
  assert.equal(brief.usableUntilMs, 3_000);
});

test('what somebody may agree to is what their vote is taken for', () => {
  const scopesOf = (by: Decider) => standingOf(anApproval(), by, 2_000, [])?.scopes;
  assert.deepEqual(scopesOf(aDecider()), TERMS.scopes);
  assert.deepEqual(scopesOf(onCall), ['once']);
  assert.equal(scopesOf(aDecider('eve', [])), undefined);
  assert.equal(standingOf(anApproval(), onCall, 2_000, [])?.as, 'break_glass');
});

test('an approver who broke the glass decides as an approver', () => {
  const both = { ...aDecider(), glass: 'a:9' };
  const approved = voted(anApproval(), both, { ...YES, scope: 'tool' });
  assert.deepEqual(
    [approved.scope, approved.usableUntilMs, approved.votes[0]?.isBreakGlass],
    ['tool', 62_000, undefined],
  );
});

test('broken glass is one voice among those that are needed, nobody has two, and the short time counts for all', () => {
  const two = withTerms({ needed: 2, validMs: 86_400_000 });
  const first = voted(two, onCall);
  assert.equal(first.state, 'pending');
  assert.deepEqual(vote(first, onCall, YES, at(3_000)), { ok: false, error: 'voted_already' });
  const approved = voted(first, aDecider(), { ...YES, scope: 'tool' }, at(3_000));
  assert.deepEqual([approved.scope, approved.usableUntilMs], ['once', 3_000 + LIMITS.breakGlassApprovalMs]);
});

test('time ends what is open, once', () => {
  assert.equal(lapse(anApproval(), 600_999), undefined);
  assert.equal(lapse(anApproval(), 601_000)?.state, 'expired');
  assert.equal(lapse(voted(anApproval()), 62_000)?.state, 'expired');
  assert.equal(lapse(anApproval({ state: 'denied' }), 10_000_000), undefined);
});

test('what is over stays as it is, whatever is tried', () => {
  const over = STATES.filter((state) => state !== 'pending' && state !== 'approved');
  assertProperty(
    property(constantFrom(...over), nat(2_000_000), (state, nowMs) => {
      const approval = anApproval({ state, scope: 'once', usableUntilMs: 1_000_000 });
      assert.equal(voteFault(approval, aDecider(), nowMs, []), 'not_pending');
      assert.equal(use(approval, nowMs), undefined);
      assert.equal(lapse(approval, nowMs), undefined);
      assert.equal(end(approval, 'void'), undefined);
      assert.equal(end(approval, 'withdrawn'), undefined);
    }),
  );
});

test('whoever asked can withdraw what nobody has decided; what was granted can only become void', () => {
  assert.equal(end(anApproval(), 'withdrawn')?.state, 'withdrawn');
  const approved = voted(anApproval());
  assert.equal(end(approved, 'withdrawn'), undefined);
  assert.equal(end(approved, 'void')?.state, 'void');
});
