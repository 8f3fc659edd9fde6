import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ID, startApprovalSite } from '#test/fakes/approval-site.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';

const LEADS = ['okta:leads'];
const YES = { decision: 'approve', scope: 'once' };

test('nobody else decides: not who asks, not an auditor, not a stranger, not a form from elsewhere or of another session', async (t) => {
  const { sitting, found } = await startApprovalSite(t);
  const ada = await sitting('ada', LEADS);
  assert.doesNotMatch((await ada.page()).text, /name="decision"/);
  assert.match((await ada.press({ ...YES, csrf: ada.csrf })).words, /Nothing was decided: you ask for it yourself/);
  const auditor = await sitting('ann', [...LEADS, 'okta:audit']);
  assert.doesNotMatch((await auditor.page()).text, /name="decision"/);
  assert.equal((await auditor.press({ ...YES, csrf: auditor.csrf })).status, 400);
  const eve = await sitting('eve', []);
  for (const path of ['', '/arguments?from=0', '/value?row=0&from=0'])
    assert.equal((await eve.page(`/approvals/${ID}${path}`)).status, 404, path);
  for (const act of ['', '/statement', '/withdraw', '/show'])
    assert.equal((await eve.press({ ...YES, csrf: eve.csrf }, {}, act)).status, 404, act);
  const lena = await sitting('lena', LEADS);
  for (const act of ['', '/statement', '/withdraw', '/show']) {
    assert.equal((await lena.press({ ...YES, csrf: ada.csrf }, {}, act)).status, 403, act);
    const foreign = await lena.press({ ...YES, csrf: lena.csrf }, { origin: 'https://evil.example' }, act);
    assert.equal(foreign.status, 403, act);
    assert.equal((await lena.press({ ...YES, csrf: lena.csrf }, { origin: 'null' }, act)).status, 403, act);
  }
  assert.equal((await lena.press({ csrf: lena.csrf, decision: 'perhaps' })).status, 400);
  assert.equal(found()?.state, 'pending');
});

test('whoever is not signed in is sent to sign in and comes back here', async (t) => {
  const { origin } = await startApprovalSite(t);
  for (const [path, to] of [
    [`/approvals/${ID}`, `%2Fapprovals%2F${ID}`],
    ['/approvals', '%2Fapprovals'],
  ]) {
    const asked = await createFakeBrowser().open(`${origin}${path}`, { stopAt: `${origin}/signin` });
    assert.equal(asked.url, `${origin}/signin?to=${to}`);
  }
});
