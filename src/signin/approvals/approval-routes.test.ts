import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '#result.ts';
import { LIMITS } from '#limits.ts';
import { ID, startApprovalSite } from '#test/fakes/approval-site.ts';
import { anEvent, fakeCallHistory } from '#test/fakes/call-history.ts';

const LEADS = ['okta:leads'];

test('nobody can frame, keep or script the page', async (t) => {
  const { sitting } = await startApprovalSite(t);
  const lena = await sitting('lena', LEADS);
  for (const path of [`/approvals/${ID}`, '/approvals', `/approvals/${ID}/arguments?from=0`]) {
    const { headers, text } = await lena.page(path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /script-src|unsafe/);
    assert.deepEqual([headers.get('x-frame-options'), headers.get('cache-control')], ['DENY', 'no-store']);
    assert.doesNotMatch(text, /<script| on\w+=|style=/);
  }
});

test('many and long values are read on pages of their own, each reading in the book', async (t) => {
  const long = 'ab'.repeat(LIMITS.approvalPartChars);
  const values = { all: Array.from({ length: LIMITS.approvalPageRows }, (_, at) => at), long };
  const history = fakeCallHistory({ asked: async () => ok(anEvent({ arguments: values })) });
  const { sitting, acts } = await startApprovalSite(t, { history });
  const lena = await sitting('lena', LEADS);
  assert.match((await lena.page()).text, /arguments\?from=200/);
  assert.match((await lena.page(`/approvals/${ID}/arguments?from=200`)).words, /long "abab/);
  const part = await lena.page(`/approvals/${ID}/value?row=200&from=${LIMITS.approvalPartChars}`);
  assert.match(part.words, /40,000 characters, 40,000 bytes; these are 20,001 to 40,000\./);
  assert.deepEqual(acts(), ['approval_read', 'approval_read', 'approval_read']);
  for (const path of ['/arguments?from=201', '/arguments?from=x', '/value?row=201&from=0', '/value?row=0&from=-1'])
    assert.equal((await lena.page(`/approvals/${ID}${path}`)).status, 404, path);
});
