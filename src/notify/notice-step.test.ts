import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { LIMITS } from '#limits.ts';
import { noticeStep, retryDelayMs } from '#notify/notice-step.ts';
import type { Notice } from '#notify/notice.ts';
import { anApproval, TERMS } from '#test/fakes/approval.ts';
import { aNotice } from '#test/fakes/notice.ts';

const MAIL = { name: 'ops', kind: 'email' } as const;
const step = (approval: Approval, notice?: Notice, notifier: Parameters<typeof noticeStep>[2] = MAIL, nowMs = 5_000) =>
  noticeStep(approval, notice, notifier, nowMs);
const told = (other: Partial<Notice> = {}): Notice =>
  aNotice({ state: 'told', told: 'pending', attempts: 0, dueMs: undefined, revision: 1, ...other });

test('one that waits is told, and again when it is over', () => {
  assert.deepEqual(step(anApproval()), { do: 'tell', key: 'pending' });
  assert.deepEqual(step(anApproval(), told()), { do: 'nothing' });
  const denied = anApproval({ state: 'denied', revision: 2 });
  assert.deepEqual(step(denied, told()), { do: 'tell', key: 'denied' });
  assert.deepEqual(step(denied, told({ told: 'denied', isOver: true, revision: 2 })), { do: 'nothing' });
  const used = anApproval({ state: 'used', usableUntilMs: 9_000, revision: 4 });
  assert.deepEqual(step(used, told({ told: 'approved', isOver: true, revision: 3 })), { do: 'nothing' });
});

test('whoever was never asked does not hear that it is over', () => {
  const over = anApproval({ state: 'expired', revision: 2 });
  assert.deepEqual(step(over), { do: 'rest', isOver: true });
  assert.deepEqual(step(over, aNotice({ state: 'idle', dueMs: undefined })), { do: 'rest', isOver: true });
});

test('whoever may have been asked, although nobody wrote so, hears that it is over', () => {
  const over = anApproval({ state: 'expired', revision: 2 });
  assert.deepEqual(step(over, aNotice({ attempts: 1, dueMs: 5_000 })), { do: 'tell', key: 'expired' });
});

test('what somebody has claimed, or is not due, is left alone until then, and what was given up for good', () => {
  assert.deepEqual(step(anApproval(), aNotice({ dueMs: 5_001 })), { do: 'nothing' });
  assert.deepEqual(step(anApproval(), aNotice({ dueMs: 5_000 })), { do: 'tell', key: 'pending' });
  assert.deepEqual(step(anApproval({ revision: 9 }), aNotice({ state: 'dead', dueMs: undefined })), { do: 'nothing' });
});

test('only those that the rule names are told', () => {
  const terms = { ...TERMS, notify: ['chat'] };
  assert.deepEqual(step(anApproval({ terms })), { do: 'rest', isOver: true });
  assert.deepEqual(step(anApproval({ terms }), undefined, { name: 'chat', kind: 'slack' }).do, 'tell');
  assert.deepEqual(step(anApproval({ terms: { ...TERMS, notify: [] } })).do, 'tell');
});

test('of a flood only the first request is told', () => {
  assert.deepEqual(step(anApproval({ flood: { of: 'caller', first: 'apr_1' } })).do, 'tell');
  assert.deepEqual(step(anApproval({ flood: { of: 'caller', first: 'apr_0' } })), { do: 'rest', isOver: true });
});

test('nobody keeps a flood from being told: neither by saying nothing, nor by taking the first request back', () => {
  const terms = { ...TERMS, asks: { reason: true } };
  const first = anApproval({ terms });
  const flood = { of: 'rule', first: first.id } as const;
  assert.deepEqual(step({ ...first, flood }), { do: 'tell', key: 'pending' });
  const withdrawn = anApproval({ state: 'withdrawn', revision: 2 });
  assert.deepEqual(step({ ...withdrawn, flood: { of: 'rule', first: withdrawn.id } }), {
    do: 'tell',
    key: 'withdrawn',
  });
  assert.deepEqual(step({ ...withdrawn, flood: { of: 'rule', first: 'apr_other' } }), { do: 'rest', isOver: true });
});

test('nobody is told before whoever asks has said what the rule asks of them; then they are', () => {
  const terms = { ...TERMS, asks: { reason: true } };
  const unsaid = anApproval({ terms });
  assert.deepEqual(step(unsaid), { do: 'rest', isOver: false });
  const idle = aNotice({ state: 'idle', dueMs: undefined, attempts: 0 });
  assert.deepEqual(step(unsaid, idle), { do: 'nothing' });
  const said = anApproval({ terms, statement: { reason: 'because', atMs: 2_000 }, revision: 2 });
  assert.deepEqual(step(said, idle), { do: 'tell', key: 'pending' });
});

test('a change that those who are told see nothing of is only noted', () => {
  const voted = anApproval({
    revision: 2,
    votes: [{ by: { issuer: 'i', subject: 's' }, effect: 'approve', scope: 'once', reason: '', atMs: 1 }],
  });
  assert.deepEqual(step(voted, told()), { do: 'rest', isOver: false });
  const chat = { name: 'ops', kind: 'slack' } as const;
  assert.equal(step(voted, told({ told: 'pending 0 unsaid' }), chat).do, 'tell');
});

test('tries get further apart up to a bound, and never come before a server asked for, within one too', () => {
  const delay = (attempts: number, afterMs = 0): number => retryDelayMs(attempts, afterMs, LIMITS);
  assert.deepEqual(
    [1, 2, 3, 9, 10, 20, 2_000].map((attempts) => delay(attempts)),
    [1_000, 2_000, 4_000, 256_000, 300_000, 300_000, 300_000],
  );
  assert.equal(delay(1, 30_000), 30_000);
  assert.equal(delay(9, 30_000), 256_000);
  assert.equal(delay(1, Number.MAX_SAFE_INTEGER), LIMITS.noticeRetryAfterMsMax);
});
