import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '#result.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { approvalPage, askedOf, decidedBy, wordsOf } from '#test/fakes/approval-page.ts';
import { anEvent } from '#test/fakes/call-history.ts';

test('what is asked can put nothing of its own into the page, wherever it stands', () => {
  const evil = '"><img src=x onerror=alert(1)><script>1</script>\u202e';
  const principal = { issuer: evil, subject: evil };
  const text = approvalPage(
    { asked: askedOf(JSON.stringify({ [evil]: evil })), rule: { when: evil, lift: evil } },
    {
      name: evil,
      method: evil,
      connection: evil,
      requester: { ...principal, kind: 'person', groups: [], client: evil, owner: principal },
      terms: { ...TERMS, rule: evil, approvers: [evil] },
      statement: { reason: evil, ticket: evil, atMs: 1 },
      votes: [{ by: principal, effect: 'approve', scope: 'once', reason: evil, atMs: 1 }],
    },
  );
  assert.equal(/<script|<img|\u202e/.test(text), false);
  assert.equal(text.split('\\u{202e}').length - 1, 19);
});

test('who decides, under which rule and condition, and how far they are, is on the page', () => {
  const words = wordsOf(
    approvalPage({ rule: { when: 'name.startsWith("delete_")', lift: 'admin' } }, { terms: { ...TERMS, needed: 2 } }),
  );
  assert.match(words, /rule hold-deletes : name\.startsWith\(&quot;delete_&quot;\)/);
  assert.match(words, /a yes lets it pass as with the level admin/);
  assert.match(words, /2 of okta:leads ; not whoever asks/);
  assert.match(words, /0 of 2 people have agreed; 2 more needed/);
});

test('no page offers to decide about several at once, and it warns where many of a kind are asked', () => {
  assert.doesNotMatch(approvalPage({ similar: { waiting: 1, refused: 1 } }), /Asked often/);
  const text = approvalPage({ similar: { waiting: 4, refused: 9 } });
  assert.match(wordsOf(text), /4 other calls of this tool by this caller wait, and 9 were refused/);
  assert.equal([...text.matchAll(/<button/g)].length, 2);
});

test('a decided request says how it ended, who decided and what came of it', () => {
  const vote = {
    by: { issuer: 'i', subject: 'lena' },
    effect: 'approve',
    scope: 'call',
    reason: 'fine',
    atMs: 1,
  } as const;
  const words = wordsOf(
    approvalPage(
      { ...decidedBy({ no: 'There is nothing left.' }), sent: ok([anEvent()]) },
      { state: 'used', votes: [vote] },
    ),
  );
  assert.match(words, /It was approved, and is used up/);
  assert.match(words, /Approved \(call\) by lena of i/);
  assert.match(words, /What came of it .*delete_customer.*: ok/);
});

test('what was approved says for what, and until when', () => {
  const words = wordsOf(approvalPage({}, { state: 'approved', scope: 'tool', usableUntilMs: 62_000 }));
  assert.match(
    words,
    /It is approved, and can be used \(any call of this tool by this caller\), until 1970-01-01 00:01 UTC/,
  );
});

test('who was told, and whom it could not be told, is on the page of whoever asks and whoever decides', () => {
  const notices = [
    { notifier: 'on-call', state: 'told', attempts: 0, lastError: null },
    { notifier: 'mail', state: 'dead', attempts: 9, lastError: 'timed_out' },
  ] as const;
  const words = wordsOf(approvalPage({ notices }));
  assert.match(words, /Told by on-call : told mail : not told, given up \(timed out\)/);
  assert.doesNotMatch(wordsOf(approvalPage()), /Told by/);
});
