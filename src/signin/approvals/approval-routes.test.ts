import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { err, ok } from '#result.ts';
import { approvalRoutes } from '#signin/approvals/approval-routes.ts';
import type { ApprovalPagesParts } from '#signin/approvals/approval-routes.ts';
import { createSignIn } from '#signin/app.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import { idOf } from '#test/fakes/gateway.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import { startMeSite } from '#test/fakes/me-site.ts';

const ID = `apr_${idOf(7)}`;
const SAME = { 'sec-fetch-site': 'same-origin' };

/** The pages of requests beside `/me`, with one request of Ada's that the leads decide. */
async function start(t: TestContext, other: Partial<ApprovalPagesParts> = {}) {
  const site = await startMeSite(t);
  const { gateway } = site.parts;
  const askedMs = gateway.clock();
  const requester = {
    issuer: 'https://acme.okta.com',
    subject: 'ada',
    kind: 'person',
    groups: [],
    client: 'okta:cli',
  } as const;
  await gateway.approvalStore.create(
    anApprovalRequest({ id: ID, requester, name: 'delete\u202enote', askedMs, expiresMs: askedMs + TERMS.waitMs }),
  );
  const parts: ApprovalPagesParts = {
    ...site.parts,
    clock: gateway.clock,
    approvals: gateway.approvals,
    sessions: site.sessions,
    rolesOf: (caller) => new Set(caller.groups.includes('okta:audit') ? (['auditor'] as const) : []),
    readArguments: async () => ok({ id: 7, note: 'x\u200by' }),
    ...other,
  };
  const mounted = createSignIn({ ...site.parts }, async () => ({
    routes: approvalRoutes(parts),
    endpoints: (_, response) => void response.writeHead(404).end(),
  }));
  const server = createServer((request, response) => mounted.listener(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sitting = async (subject: string, groups: readonly string[]) => {
    const { browser, present } = await site.browser(site.signIn(`${subject}-1`, subject, { groups }));
    const page = () => browser.open(`${origin}/approvals/${ID}`, { stopAt: `${site.origin}/signin` });
    const press = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      browser.send(
        `${origin}/approvals/${ID}`,
        { method: 'POST', headers: { origin: site.origin, ...SAME, ...headers }, body: new URLSearchParams(fields) },
        { stopAt: `${origin}/signin` },
      );
    return { page, press, csrf: present.csrf };
  };
  return { site, gateway, origin, sitting, state: () => gateway.approvalStore.find(ID)?.state };
}

test('an approver sees exactly what is asked, hidden characters spelled out, and that they saw it is in the book first', async (t) => {
  const { gateway, sitting } = await start(t);
  const lena = await sitting('lena', ['okta:leads']);
  const page = await lena.page();
  assert.equal(page.status, 200);
  assert.match(page.words, /ada of https:\/\/acme\.okta\.com/);
  assert.match(page.words, /"id": 7/);
  assert.equal(/[\u202e\u200b]/.test(page.text), false);
  assert.match(page.text, /u\{202e\}/);
  assert.deepEqual(
    gateway.ledger.entries.map(({ st }) => st),
    ['approval_read'],
  );
  gateway.ledger.refusing = () => LATCHED;
  assert.equal((await lena.page()).status, 503);
});

test('an approver decides on the page, and the decision counts', async (t) => {
  const { sitting, state, gateway } = await start(t);
  const lena = await sitting('lena', ['okta:leads']);
  const page = await lena.press({ csrf: lena.csrf, decision: 'approve', scope: 'call', reason: 'ticket 17' });
  assert.match(page.words, /You approved it\./);
  assert.equal(state(), 'approved');
  assert.equal(gateway.approvalStore.find(ID)?.votes[0]?.reason, 'ticket 17');
  assert.equal(page.forms.length, 0, 'there is nothing left to decide');
});

test('nobody else decides: not who asks, not an auditor, not a stranger, not a form from elsewhere or of another session', async (t) => {
  const { sitting, state } = await start(t);
  const yes = { decision: 'approve', scope: 'once' };
  const ada = await sitting('ada', ['okta:leads']);
  assert.equal((await ada.page()).forms.length, 0);
  assert.match((await ada.press({ ...yes, csrf: ada.csrf })).words, /Nothing was decided/);
  const auditor = await sitting('ann', ['okta:leads', 'okta:audit']);
  assert.equal((await auditor.press({ ...yes, csrf: auditor.csrf })).status, 400);
  const eve = await sitting('eve', []);
  assert.equal((await eve.page()).status, 404);
  assert.equal((await eve.press({ ...yes, csrf: eve.csrf })).status, 404);
  const lena = await sitting('lena', ['okta:leads']);
  assert.equal((await lena.press({ ...yes, csrf: ada.csrf })).status, 403);
  assert.equal((await lena.press({ ...yes, csrf: lena.csrf }, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await lena.press({ csrf: lena.csrf, decision: 'perhaps' })).status, 400);
  assert.equal(state(), 'pending');
});

test('whoever signed in long ago proves once more who they are, and decides nothing before', async (t) => {
  const { site, sitting, state, origin } = await start(t);
  const lena = await sitting('lena', ['okta:leads']);
  site.clock.nowMs += 10 * 60_000;
  const sent = await lena.press({ csrf: lena.csrf, decision: 'approve', scope: 'once' });
  assert.equal(sent.url, `${origin}/signin?to=%2Fapprovals%2F${ID}&fresh=1`);
  assert.equal(state(), 'pending');
});

test('whoever is not signed in is sent to sign in and comes back here', async (t) => {
  const { origin } = await start(t);
  const asked = await createFakeBrowser().open(`${origin}/approvals/${ID}`, { stopAt: `${origin}/signin` });
  assert.equal(asked.url, `${origin}/signin?to=%2Fapprovals%2F${ID}`);
});

test('what cannot be shown cannot be agreed to', async (t) => {
  const { sitting } = await start(t, { readArguments: async () => err('damaged') });
  const page = await (await sitting('lena', ['okta:leads'])).page();
  assert.match(page.words, /does not hold/);
  assert.equal(page.forms.length, 0);
});
