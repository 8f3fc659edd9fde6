import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, startApprovalSite } from '#test/fakes/approval-site.ts';
import { idOf } from '#test/fakes/gateway.ts';

const LEADS = ['okta:leads'];

test('the list has what is mine to decide, what I asked for, and nothing of strangers, without arguments or buttons', async (t) => {
  const { sitting, ask, acts } = await startApprovalSite(t);
  const mine = `apr_${idOf(9)}`;
  await ask({ id: mine, requester: { ...ADA, subject: 'lena' }, fingerprint: Buffer.alloc(32, 9) });
  await ask({ id: `apr_${idOf(10)}`, fingerprint: Buffer.alloc(32, 10) });
  const lena = await sitting('lena', LEADS);
  const page = await lena.page('/approvals');
  assert.match(page.words, /Yours to decide .*by ada \(2 requests\).*You asked for .*by lena/);
  assert.match(page.text, new RegExp(`href="/approvals/${mine}"`));
  assert.equal(page.forms.length, 0);
  assert.equal(/\u202e/.test(page.text), false);
  const eve = await sitting('eve', []);
  assert.doesNotMatch((await eve.page('/approvals')).words, /ada|lena/);
  assert.match((await eve.page('/approvals')).words, /Nothing waits for you\. You asked for Nothing\./);
  const auditor = await sitting('ann', ['okta:audit', ...LEADS]);
  assert.match((await auditor.page('/approvals')).words, /Nothing waits for you\./);
  assert.deepEqual(acts(), []);
});

test('whoever broke the glass finds what they may decide by it, apart from what is theirs, and decides it once', async (t) => {
  const glassOf = ({ subject }: { readonly subject: string }) => (subject === 'nina' ? 'a:9' : undefined);
  const { sitting, found } = await startApprovalSite(t, {}, {}, { glassOf });
  const nina = await sitting('nina', []);
  assert.match((await nina.page('/approvals')).words, /Nothing waits for you\. By the glass you broke .*by ada/);
  assert.match((await nina.page()).words, /Not yours but for the glass you broke/);
  const wide = await nina.press({ csrf: nina.csrf, decision: 'approve', scope: 'tool' });
  assert.match(wide.words, /the rule does not offer that/);
  assert.match((await nina.press({ csrf: nina.csrf, decision: 'approve', scope: 'once' })).words, /by broken glass/);
  assert.equal(found()?.state, 'approved');
  assert.equal((await (await sitting('eve', [])).page()).status, 404);
});
