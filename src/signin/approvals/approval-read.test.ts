import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err, ok } from '#result.ts';
import { LIMITS } from '#limits.ts';
import { ID, startApprovalSite } from '#test/fakes/approval-site.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { anEvent, fakeCallHistory } from '#test/fakes/call-history.ts';
import { idOf } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';

const LEADS = ['okta:leads'];

test('an approver sees exactly what is asked, hidden characters spelled out, and that they saw it is in the book first', async (t) => {
  const { gateway, sitting, acts } = await startApprovalSite(t);
  const lena = await sitting('lena', LEADS);
  const page = await lena.page();
  assert.equal(page.status, 200);
  assert.match(page.words, /ada of https:\/\/acme\.okta\.com/);
  assert.match(page.words, /id 7 note "x/);
  assert.equal(/[\u202e\u200b]/.test(page.text), false);
  assert.match(page.text, /u\{202e\}/);
  assert.deepEqual(acts(), ['approval_read']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual(
    [header.caller?.subject, header.decision?.approval, header.decision?.rule],
    ['lena', ID, TERMS.rule],
  );
  gateway.ledger.refusing = () => LATCHED;
  assert.equal((await lena.page()).status, 503);
});

test('what cannot be shown cannot be agreed to', async (t) => {
  const { sitting } = await startApprovalSite(t, { history: fakeCallHistory({ asked: async () => err('damaged') }) });
  const page = await (await sitting('lena', LEADS)).page();
  assert.match(page.words, /does not hold/);
  assert.doesNotMatch(page.text, /value="approve"/);
});

test('the condition of the rule is told while the policy that held the call is in force', async (t) => {
  const ruleOf = (name: string) => (name === TERMS.rule ? { when: 'name.startsWith("delete")' } : undefined);
  const { sitting, ask } = await startApprovalSite(t, { ruleOf });
  const lena = await sitting('lena', LEADS);
  assert.match((await lena.page()).words, /rule hold-deletes : name\.startsWith\("delete"\)/);
  const id = `apr_${idOf(8)}`;
  await ask({ id, policy: 'of another day', fingerprint: Buffer.alloc(32, 3) });
  assert.doesNotMatch((await lena.page(`/approvals/${id}`)).words, /name\.startsWith/);
});

test('an approver is warned where many of a kind were asked or refused', async (t) => {
  const { sitting, ask } = await startApprovalSite(t);
  const lena = await sitting('lena', LEADS);
  assert.doesNotMatch((await lena.page()).words, /Asked often/);
  for (let at = 0; at < LIMITS.approvalSimilarWarned; at += 1)
    await ask({ id: `apr_${idOf(20 + at)}`, fingerprint: Buffer.alloc(32, 20 + at) });
  assert.match((await lena.page()).words, /Asked often\. 3 other calls of this tool by this caller wait/);
});

test('what goes to the server beside the arguments is shown too, and compared', async (t) => {
  const before = anEvent({ arguments: { id: 7 } });
  const history = fakeCallHistory({
    asked: async () => ok({ ...before, beside: { _meta: { mode: 'force' }, task: { ttl: 1 } } }),
    lastApproved: async () => ok(before),
  });
  const { sitting } = await startApprovalSite(t, { history });
  const { words } = await (await sitting('lena', LEADS)).page();
  assert.match(words, /beside the arguments: _meta\.mode "force".*beside the arguments: task\.ttl 1/);
  assert.match(words, /2 values differ.*added beside the arguments: _meta\.mode : "force"/);
});

test('what does not fit among the values that a person can read is never left out unsaid', async (t) => {
  const all = Array.from({ length: LIMITS.approvalRows }, (_, at) => at);
  const history = fakeCallHistory({
    asked: async () => ok({ ...anEvent({ arguments: all }), beside: { mode: 'force' } }),
  });
  const { sitting } = await startApprovalSite(t, { history });
  const page = await (await sitting('lena', LEADS)).page();
  assert.match(page.words, /There are more than 5,000 values/);
  assert.doesNotMatch(page.text, /value="approve"/);
});
