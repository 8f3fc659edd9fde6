/** The whole way of a person and a stock client: in by the browser, on over expiry and a restart, out by an admin, all of it in the book. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import { openBrowserSignIn } from '../../demo/browser-sign-in.ts';
import { createFakeBrowser } from '../fakes/browser.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { AUDIENCE, startSignInGateway, walkThrough } from './sign-in-site.ts';
import type { SignInGateway } from './sign-in-site.ts';

const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'notes', version: '1' },
};
const SAID = { content: [{ type: 'text', text: 'said' }] };

/** Answers every call but `watch`, which begins and never ends; `cut` resolves when nobody listens to it any more. */
function watching(): { readonly answering: Answering; readonly cut: Promise<void> } {
  const cut = Promise.withResolvers<void>();
  const answering: Answering = (seen, response) => {
    if (seen.method !== 'POST') return void response.writeHead(405).end();
    if (seen.message?.method === 'initialize') return answerWith(INITIALIZED)(seen, response);
    const { name, _meta } = (seen.message?.params ?? {}) as { name?: string; _meta?: { progressToken?: unknown } };
    if (name !== 'watch') return answerWith(SAID)(seen, response);
    response.on('close', () => cut.resolve());
    const params = { progressToken: _meta?.progressToken, progress: 1 };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n\n`);
    return undefined;
  };
  return { answering, cut: cut.promise };
}

type Walked = { readonly provider: OAuthClientProvider; readonly cameBack: Promise<URLSearchParams>; opened(): number };

async function personWithBrowser(t: TestContext): Promise<Walked> {
  const browser = createFakeBrowser();
  let opened = 0;
  const signIn = await openBrowserSignIn((url) => {
    opened += 1;
    const stopAt = new URL(url.searchParams.get('redirect_uri') ?? '').href;
    void walkThrough(browser, url.href, { stopAt }).then(({ url: back }) => fetch(back));
  });
  t.after(() => signIn.close());
  return { provider: signIn.provider, cameBack: signIn.cameBack, opened: () => opened };
}

async function connect(t: TestContext, site: SignInGateway, { provider, cameBack }: Walked): Promise<Client> {
  const url = new URL(site.url('notes'));
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider });
  await assert.rejects(new Client({ name: 'stock', version: '1' }).connect(first), UnauthorizedError);
  await first.finishAuth(await cameBack);
  const client = new Client({ name: 'stock', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: provider }));
  t.after(() => client.close());
  return client;
}

async function kill(site: SignInGateway): Promise<void> {
  const asked = await fetch(`${site.issuerUrl}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('direct:secret-of-direct-tokens')}` },
    body: new URLSearchParams({
      grant_type: 'password',
      username: 'ruth@example.com',
      password: 'demo',
      scope: 'api',
      resource: `${AUDIENCE}/api`,
    }),
  });
  const { access_token: token } = (await asked.json()) as { access_token: string };
  const answer = await fetch(`${site.origin}/api/v1/revocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: 'caller', issuer: site.issuerUrl, subject: '00u1ada', reason: 'a stolen laptop' }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

test('a stock client signs in once, goes on over token expiry and a restart, and is out in the middle of a stream when an admin says so; the book tells all of it', async (t) => {
  const site = await startSignInGateway(t);
  site.people.push({ login: 'ruth@example.com', password: 'demo', uid: '00u4ruth', groups: ['admins'] });
  const { answering, cut } = watching();
  site.server.answering = answering;
  const person = await personWithBrowser(t);
  const client = await connect(t, site, person);
  const say = (word: string): Promise<unknown> => client.callTool({ name: 'say', arguments: { word } });
  await say('first');

  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 11 * 60_000 });
  await say('over token expiry');
  await site.restart();
  await say('over a restart');
  assert.equal(person.opened(), 1);

  const begun = Promise.withResolvers<void>();
  const watched = client.callTool({ name: 'watch', arguments: {} }, { onprogress: () => begun.resolve() });
  // What comes of it is looked at below; until then nobody waits for it.
  watched.catch(() => undefined);
  await begun.promise;
  await kill(site);
  await assert.rejects(watched, /no longer valid/);
  await cut;
  await assert.rejects(say('after the kill'));

  const records = await site.records();
  const told = records.flatMap(({ leaf, header }) => {
    if (leaf.kind === 'control') return leaf.st === 'policy' ? [] : [leaf.st];
    if (leaf.kind === 'result' && leaf.st !== 'ok') return [`a call that ended as ${leaf.st}`];
    return leaf.kind === 'intent' && header?.name !== undefined ? [`call of ${header.name}`] : [];
  });
  assert.deepEqual(
    told.filter((word) => STORY.includes(word ?? '')),
    STORY,
  );
  const calls = records.filter(({ leaf, header }) => leaf.kind === 'intent' && header?.name !== undefined);
  for (const { header } of calls)
    assert.deepEqual([header?.caller?.issuer, header?.caller?.subject], [site.issuerUrl, '00u1ada']);
});

/** Every act and call of it in the order in which it happened, each once unless it happened more than once. */
const STORY = [
  'start',
  'client_registered',
  'sign_in',
  'consent',
  'token_issued',
  'call of say',
  'token_refreshed',
  'call of say',
  'stop',
  'start',
  'call of say',
  'call of watch',
  'revocation',
  'a call that ended as cancelled',
];
