import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, constantFrom, oneof, property, string } from 'fast-check';
import type { Approval, ApprovalState, Vote } from '#approvals/approval.ts';
import { LIMITS } from '#limits.ts';
import { approvalNews, newsKey, newsState, plainText } from '#notify/approval-news.ts';
import { anApproval, OKTA, TERMS } from '#test/fakes/approval.ts';

const news = (approval: Approval, hasPages = true) =>
  approvalNews(approval, {
    mask: (text) => text.replaceAll('4111111111111111', '[CREDIT_CARD]'),
    publicUrl: 'https://mcp.example',
    hasPages,
    limits: LIMITS,
  });
const vote = (effect: Vote['effect'], subject = 'grace', reason = ''): Vote => ({
  by: { issuer: OKTA, subject },
  effect,
  scope: 'once',
  reason,
  atMs: 2_000,
});

test('news say who asks for what, of whom and until when, and lead to the page', () => {
  const { requester, ...rest } = news(anApproval());
  assert.deepEqual(requester, { subject: 'ada', kind: 'person' });
  assert.deepEqual(rest, {
    id: 'apr_1',
    revision: 1,
    state: 'pending',
    connection: 'customers',
    method: 'tools/call',
    name: 'delete_customer',
    rule: 'hold-deletes',
    approvers: ['okta:leads'],
    needed: 1,
    yes: 0,
    askedAtMs: 1_000,
    expiresAtMs: 601_000,
    url: 'https://mcp.example/approvals/apr_1',
    flood: undefined,
    statement: undefined,
    decidedBy: undefined,
    reason: undefined,
  });
  assert.equal(news(anApproval(), false).url, undefined);
});

test('a flood is told as one, which leads to the list', () => {
  const { url, flood } = news(anApproval({ flood: { of: 'caller', first: 'apr_1' } }));
  assert.deepEqual([url, flood], ['https://mcp.example/approvals', 'caller']);
});

test('who decided, and why, is told once it is decided, and of those before nothing', () => {
  const votes = [vote('approve', 'grace', 'fine'), vote('deny', 'linus', 'no')];
  const denied = news(anApproval({ state: 'denied', votes }));
  assert.deepEqual([denied.decidedBy, denied.reason, denied.yes], ['linus', 'no', 1]);
  const waiting = news(anApproval({ votes: [vote('approve', 'grace', 'fine')], terms: { ...TERMS, needed: 2 } }));
  assert.deepEqual([waiting.decidedBy, waiting.reason, waiting.yes], [undefined, undefined, 1]);
  const expired = news(anApproval({ state: 'expired', votes }));
  assert.equal(expired.decidedBy, undefined);
});

test('what follows a yes is no news: it was approved, and stays that for whoever is told', () => {
  const states: readonly [ApprovalState, number | undefined, string][] = [
    ['pending', undefined, 'pending'],
    ['approved', 9_000, 'approved'],
    ['used', 9_000, 'approved'],
    ['expired', 9_000, 'approved'],
    ['void', 9_000, 'approved'],
    ['expired', undefined, 'expired'],
    ['void', undefined, 'void'],
    ['withdrawn', undefined, 'withdrawn'],
    ['denied', undefined, 'denied'],
  ];
  for (const [state, usableUntilMs, told] of states) assert.equal(newsState({ state, usableUntilMs }), told);
});

test('a message that is rewritten follows every vote and the statement; others only the end', () => {
  const asked = anApproval({ terms: { ...TERMS, needed: 2 } });
  const once = { ...asked, votes: [vote('approve')] };
  const stated = { ...asked, statement: { reason: 'because', atMs: 1 } };
  const approved = { ...once, state: 'approved' as const, usableUntilMs: 9_000 };
  const keys = (kind: 'slack' | 'email'): number =>
    new Set([asked, once, stated, approved, { ...approved, state: 'used' as const }].map((one) => newsKey(kind, one)))
      .size;
  assert.equal(keys('slack'), 4);
  assert.equal(keys('email'), 2);
});

test('what whoever asks chose is masked, on one line, and no program takes it for a link', () => {
  const { name, method } = news(
    anApproval({
      name: 'pay 4111111111111111\r\nReview: https://evil.test/approve?x www.evil.test <https://evil.test|Approve>',
      method: 'tools/call\u202e\u2028x',
    }),
  );
  assert.equal(
    name,
    'pay [CREDIT_CARD]\\r\\nReview: https[:]//evil[.]test/approve?x www[.]evil[.]test <https[:]//evil[.]test|Approve>',
  );
  assert.equal(method, 'tools/call\\u{202e}\\u{2028}x');
});

test('no text comes out longer, with a line of its own, hidden or as a link, whatever comes in', () => {
  const odd = string({
    unit: oneof(
      string({ unit: 'binary', maxLength: 1, minLength: 1 }),
      constantFrom('\r', '\n', '\t', '.', ':', '/', '\u200b', '\u202e', '\u{e0041}', 'a', '。', '\ud800'),
    ),
    maxLength: 400,
  });
  assertProperty(
    property(odd, (text) => {
      const plain = plainText(text, 200);
      assert.ok(plain.length <= 201);
      assert.ok(plain.isWellFormed());
      assert.doesNotMatch(plain, /[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/u);
      assert.doesNotMatch(plain, /:\/\/|[a-z0-9][.。][a-z0-9-]{2}/);
    }),
  );
  assert.equal(plainText('get_user', 200), 'get_user');
  assert.equal(plainText('v1.2', 200), 'v1.2');
});
