import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, noPageText, titleOf } from '#notify/news-text.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';

const labels = (news: Parameters<typeof approvalNews>[0]): string =>
  linesOf(approvalNews(news))
    .map(([label]) => label)
    .join(', ');

test('each state has its words', () => {
  const states = ['pending', 'approved', 'denied', 'expired', 'withdrawn', 'void'] as const;
  const titles = states.map((state) => titleOf({ state, flood: undefined }));
  assert.equal(new Set(titles).size, states.length);
  assert.match(titleOf({ state: 'pending', flood: 'caller' }), /Many/);
});

test('a line stands for what there is, and for nothing that there is not', () => {
  assert.equal(labels({}), 'Call, Connection, Asked by, Held by the rule, Decided by, Waits until, Id');
  assert.match(labels({ statement: 'x', flood: 'rule' }), /Because, Held by the rule, So many/);
  assert.equal(
    labels({ state: 'denied', decidedBy: 'grace', reason: 'no' }),
    'Call, Connection, Asked by, Held by the rule, Decided by, Reason, Id',
  );
  assert.equal(labels({ state: 'expired' }), 'Call, Connection, Asked by, Held by the rule, Id');
  assert.deepEqual(linesOf(approvalNews({ name: '' }))[0], ['Call', 'tools/call']);
  assert.match(noPageText('apr_1'), /approvals show apr_1$/);
});
