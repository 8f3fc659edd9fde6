import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { lacksStatement, state, statementFault } from '#approvals/statement.ts';
import type { Said } from '#approvals/statement.ts';
import { LIMITS } from '#limits.ts';
import { anApproval, OKTA, TERMS } from '#test/fakes/approval.ts';

const ADA = { issuer: OKTA, subject: 'ada' };
const GRACE = { issuer: OKTA, subject: 'grace' };
const at = { nowMs: 2_000, samePeople: [] };
const plain = (text: string): string => text;
const saying = (reason: string, ticket?: string, mask = plain): Said => ({
  reason,
  mask,
  ...(ticket === undefined ? {} : { ticket }),
});
const asking = (asks: Approval['terms']['asks'], other: Partial<Approval> = {}): Approval =>
  anApproval({ terms: { ...TERMS, asks }, ...other });
const BOTH = asking({ reason: true, ticket: 'OPS-[0-9]+' });

test('what the rule asks for is kept with its time, and then nothing is missing', () => {
  assert.equal(lacksStatement(BOTH), true);
  const stated = state(BOTH, ADA, saying(' the customer asked ', 'OPS-17'), at);
  assert.ok(stated.ok);
  assert.deepEqual(stated.value.statement, { reason: 'the customer asked', ticket: 'OPS-17', atMs: 2_000 });
  assert.equal(lacksStatement(stated.value), false);
  assert.equal(stated.value.state, 'pending');
});

test('a rule that asks for nothing misses nothing, and still takes a reason', () => {
  const free = anApproval();
  assert.equal(lacksStatement(free), false);
  const stated = state(free, ADA, saying('for the audit'), at);
  assert.deepEqual(stated.ok && stated.value.statement, { reason: 'for the audit', atMs: 2_000 });
  assert.deepEqual(state(free, ADA, saying('  '), at), { ok: false, error: 'reason_missing' });
});

test('what is missing or does not fit is said, and changes nothing', () => {
  const faultOf = (approval: Approval, said: Said) => {
    const stated = state(approval, ADA, said, at);
    return stated.ok ? undefined : stated.error;
  };
  assert.equal(faultOf(BOTH, saying('', 'OPS-17')), 'reason_missing');
  assert.equal(faultOf(BOTH, saying('because')), 'ticket_missing');
  assert.equal(faultOf(BOTH, saying('because', 'see OPS-17')), 'ticket_unfit');
  const ticketOnly = asking({ reason: false, ticket: 'OPS-[0-9]+' });
  assert.equal(faultOf(ticketOnly, saying('', 'OPS-17')), undefined);
  assert.equal(faultOf(ticketOnly, saying('because')), 'ticket_missing');
});

test('only whoever asks says why, or who answers for that service account, by whichever of their identities', () => {
  const owned = asking(
    { reason: true },
    { requester: { ...BOTH.requester, owner: GRACE, keyMaker: { ...ADA, subject: 'max' } } },
  );
  assert.equal(statementFault(owned, ADA, 2_000, []), undefined);
  assert.equal(statementFault(owned, GRACE, 2_000, []), undefined);
  assert.equal(statementFault(owned, { ...ADA, subject: 'max' }, 2_000, []), 'not_the_requester');
  assert.equal(statementFault(BOTH, GRACE, 2_000, []), 'not_the_requester');
  const elsewhere = { issuer: 'https://entra.example', subject: 'ada' };
  assert.equal(statementFault(BOTH, elsewhere, 2_000, []), 'not_the_requester');
  assert.equal(statementFault(BOTH, elsewhere, 2_000, [[ADA, elsewhere]]), undefined);
});

test('it is said once, while the request is pending and not over by a millisecond', () => {
  assert.equal(statementFault(BOTH, ADA, BOTH.expiresMs - 1, []), undefined);
  assert.equal(statementFault(BOTH, ADA, BOTH.expiresMs, []), 'expired');
  assert.equal(statementFault({ ...BOTH, state: 'approved' }, ADA, 2_000, []), 'not_pending');
  const stated = { ...BOTH, statement: { reason: 'because', atMs: 1_500 } };
  assert.deepEqual(state(stated, ADA, saying('another', 'OPS-1'), at), { ok: false, error: 'stated_already' });
});

test('what is kept is masked before it is cut, and a ticket is compared as it was said', () => {
  const masked = state(
    BOTH,
    ADA,
    saying(`${'x'.repeat(LIMITS.approvalReasonChars - 3)}secret`, 'OPS-17', (text) =>
      text.replaceAll(/secret|17/g, '#'),
    ),
    at,
  );
  assert.ok(masked.ok);
  assert.equal(masked.value.statement?.ticket, 'OPS-#');
  assert.ok(masked.value.statement?.reason.endsWith('x#'));
  const long = state(BOTH, ADA, saying('x'.repeat(2 * LIMITS.approvalReasonChars), 'OPS-17'), at);
  assert.equal(long.ok && long.value.statement?.reason.length, LIMITS.approvalReasonChars);
});
