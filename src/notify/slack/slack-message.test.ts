import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalNews } from '#notify/notifier.ts';
import { escaped, slackMessage } from '#notify/slack/slack-message.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';

const textsOf = (news: Partial<ApprovalNews>): string => JSON.stringify(slackMessage(approvalNews(news)));

test('a request that waits has a button with its id, and says who asks for what, of whom and until when', () => {
  const { text, blocks } = slackMessage(approvalNews());
  assert.equal(text, 'A call waits for an approval: tools/call delete_customer on customers');
  const all = JSON.stringify(blocks);
  for (const part of ['ada (person)', 'hold-deletes', '1 of okta:leads', '2026-07-01 00:10 UTC', '/approvals/apr_'])
    assert.ok(all.includes(part), part);
  assert.match(all, /"action_id":"gatebook_review","value":"apr_[a-z2-7]{26}"/);
});

test('there is no button where nobody hears it, and none once it is over', () => {
  assert.equal(textsOf({ url: undefined }).includes('gatebook_review'), false);
  for (const state of ['approved', 'denied', 'expired', 'withdrawn', 'void'] as const)
    assert.equal(textsOf({ state }).includes('gatebook_review'), false, state);
  assert.match(
    textsOf({ state: 'denied', decidedBy: 'grace', reason: 'not on a Friday' }),
    /Denied.*Decided by grace: not on a Friday/,
  );
  assert.match(textsOf({ needed: 2, yes: 1 }), /1 of 2 said yes/);
});

test('many requests are one message, without a button that would be for one of them', () => {
  const many = textsOf({ flood: 'caller', url: 'https://gatebook.example/approvals' });
  assert.match(many, /Many calls of one caller.*Open the list/);
  assert.equal(many.includes('gatebook_review'), false);
});

test('what whoever asks says of it is there', () => {
  assert.match(textsOf({ statement: 'a dead entry, OPS-17' }), /Whoever asks says: a dead entry, OPS-17/);
});

test('what strangers named is no link, no mention and no picture', () => {
  const name = '<!channel> <https://evil.example|click> :tada: *bold*';
  const { text, blocks } = slackMessage(approvalNews({ name, requester: { subject: name, kind: 'person' } }));
  assert.equal(/[<>]/.test(text), false);
  const strings = JSON.stringify(blocks, (_, value: unknown) => {
    const isOurs = typeof value === 'object' && value !== null && 'type' in value && value.type === 'mrkdwn';
    return isOurs ? undefined : value;
  });
  assert.ok(strings.includes('<!channel>'), 'it stands there as it is');
  const markup = JSON.stringify(blocks).match(/"type":"mrkdwn","text":"[^"]*"/g) ?? [];
  assert.equal(markup.length, 1);
  assert.equal(markup.join('').includes('evil'), false);
  assert.equal(JSON.stringify(blocks).includes('"emoji":true'), false);
});

test('long names do not make a message that Slack refuses', () => {
  const { blocks } = slackMessage(approvalNews({ name: '😀'.repeat(5_000), approvers: ['x'.repeat(9_000)] }));
  assert.ok(JSON.stringify(blocks).length < 4_000);
});

test('three characters mean something in the text of a message, and are written so that they do not', () => {
  assert.equal(escaped('<!here> & more'), '&lt;!here&gt; &amp; more');
});
