/** People of LemonLDAP::NG, a provider nobody here wrote, sign in at a whole gateway and stay in while it still knows them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { openBrowserSignIn } from '../../demo/browser-sign-in.ts';
import { createFakeBrowser } from '../fakes/browser.ts';
import type { FakeBrowser, Visit } from '../fakes/browser.ts';
import { LEMON_CLIENT, LEMON_PERSON, lemonLdapMissing, startLemonLdap } from '../identity-providers/lemonldap.ts';
import { freePort } from './harness.ts';
import { startSignInGateway } from './sign-in-site.ts';

const skip = lemonLdapMissing() ?? false;

async function start(t: TestContext, groupsFrom: 'id_token' | 'userinfo') {
  const port = await freePort();
  const { issuer } = await startLemonLdap(t, [`http://127.0.0.1:${port}/signin/callback/lemon`]);
  const site = await startSignInGateway(t, {
    port,
    issuers: `  lemon:
    preset: generic
    issuer: "${issuer}"
    signIn: { clientId: ${LEMON_CLIENT.id}, clientSecret: env:LEMON_SECRET, label: Lemon, scopes: [openid, profile, email, groups, offline_access], groupsFrom: ${groupsFrom} }
`,
    grants: '  - { groups: ["lemon:timelords"], connections: [files], level: use }\n',
    env: { LEMON_SECRET: LEMON_CLIENT.secret },
  });
  return { issuer, site };
}

/** Chooses the provider, agrees, and gives name and password on its own page. */
async function walk(browser: FakeBrowser, url: string, stopAt: string): Promise<Visit> {
  let page = await browser.open(url, { stopAt });
  for (let step = 0; step < 5 && !page.url.startsWith(stopAt); step += 1) {
    const buttons = page.forms.flatMap((form) => Object.keys(form.buttons));
    const button = buttons.find((words) => words.includes('Lemon') || words === 'Allow' || words === 'Connect');
    assert.ok(button !== undefined, `no way on from ${page.url}: ${page.words}`);
    const { login: user, password } = LEMON_PERSON;
    page = await browser.submit(page, button, button === 'Connect' ? { user, password } : {}, { stopAt });
  }
  return page;
}

for (const groupsFrom of ['id_token', 'userinfo'] as const)
  test(
    `a person of LemonLDAP::NG signs in with the groups of its ${groupsFrom}, calls a tool, and stays in by refreshing`,
    { skip },
    async (t) => {
      const { issuer, site } = await start(t, groupsFrom);
      const browser = createFakeBrowser();
      let walked: Promise<unknown> = Promise.resolve();
      const signIn = await openBrowserSignIn((url) => {
        const stopAt = new URL(url.searchParams.get('redirect_uri') ?? '').href;
        walked = walk(browser, url.href, stopAt).then(({ url: back }) => fetch(back));
      });
      t.after(() => signIn.close());
      const url = new URL(site.url('files'));
      const transport = new StreamableHTTPClientTransport(url, { authProvider: signIn.provider });
      await assert.rejects(new Client({ name: 'test', version: '1' }).connect(transport), UnauthorizedError);
      await walked;
      await transport.finishAuth(await signIn.cameBack);
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      await client.connect(new StreamableHTTPClientTransport(url, { authProvider: signIn.provider }));
      t.after(() => client.close());
      const called = await client.callTool({ name: 'read_text_file', arguments: { path: 'hello.txt' } });
      assert.match(JSON.stringify(called.content), /hello from a file/);

      const intent = (await site.records()).find(
        ({ leaf, header }) => leaf.kind === 'intent' && header?.name === 'read_text_file',
      );
      const { caller } = intent?.header ?? {};
      assert.deepEqual([caller?.issuer, caller?.subject], [issuer, LEMON_PERSON.login]);
      assert.deepEqual(caller?.groups.toSorted(), LEMON_PERSON.groups.map((group) => `lemon:${group}`).toSorted());

      const tokens = await signIn.provider.tokens();
      const known = await signIn.provider.clientInformation();
      const refreshed = await fetch(`${site.origin}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: tokens?.refresh_token ?? '',
          client_id: known?.client_id ?? '',
        }),
      });
      assert.equal(refreshed.status, 200, await refreshed.clone().text());
    },
  );
