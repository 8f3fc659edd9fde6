import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalView } from '#approvals/approval-view.ts';
import { approvalTable, approvalText } from '#cli/approval-lines.ts';
import { aDecider, anApproval, TERMS } from '#test/fakes/approval.ts';

const shown = (other: Parameters<typeof anApproval>[0] = {}) => ({
  ...approvalView(anApproval(other), 2_000),
  mayDecide: true,
  mayState: false,
});

test('hidden characters of a name and of arguments are spelled out, and none steers the terminal', () => {
  const text = approvalText({ ...shown({ name: 'delete\u200bnote\u001b[2J' }), arguments: { path: 'a\u202eb' } });
  assert.equal(/[\u200b\u202e\u001b]/.test(text), false);
  assert.match(text, /arguments \(masked, as in the book\):\n {2}\{\n {4}"path": "a.+b"\n {2}\}/);
  assert.equal(approvalTable([shown({ name: 'a\u001b[2J' })]).includes('\u001b'), false);
});

test('who decided what and why is told, and until when a yes can be used', () => {
  const vote = { by: aDecider(), effect: 'approve', scope: 'once', reason: 'ticket 17', atMs: 2_000 } as const;
  const text = approvalText(shown({ state: 'approved', scope: 'once', usableUntilMs: 62_000, votes: [vote] }));
  assert.match(text, /approved \(once\) by grace of https:\/\/okta\.example at 1970-01-01T00:00:02\.000Z: ticket 17/);
  assert.match(text, /granted: once, usable until 1970-01-01T00:01:02\.000Z/);
  assert.equal(text.includes('arguments'), false);
});

test('what whoever asks has said is told, and what they have still to say', () => {
  const terms = { ...TERMS, asks: { reason: true, ticket: 'OPS-[0-9]+' } };
  assert.match(
    approvalText(shown({ terms })),
    /why: not said yet; nobody .* gives a reason and a ticket \(OPS-\[0-9\]\+\)/,
  );
  const statement = { reason: 'the customer asked', ticket: 'OPS-17', atMs: 2_000 };
  assert.match(approvalText(shown({ terms, statement })), /why: the customer asked \(ticket OPS-17\)/);
  assert.doesNotMatch(approvalText(shown()), /why:/);
});

test('who was told of it is said, and who could not be, with how often and why', () => {
  const notices = [
    { notifier: 'chat', state: 'told', attempts: 0, lastError: null },
    { notifier: 'mail', state: 'waiting', attempts: 1, lastError: 'smtp_451' },
    { notifier: 'hook', state: 'dead', attempts: 20, lastError: 'unreachable' },
  ] as const;
  const text = approvalText({ ...shown(), notices });
  assert.match(text, /^notifier chat: told$/m);
  assert.match(text, /^notifier mail: not told yet after 1 try \(smtp_451\)$/m);
  assert.match(text, /^notifier hook: NOT TOLD, given up after 20 tries \(unreachable\)$/m);
  assert.doesNotMatch(approvalText(shown()), /notifier/);
});
