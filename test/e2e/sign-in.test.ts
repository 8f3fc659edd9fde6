/** People sign in through a browser: stock MCP clients are told the address of a connection and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { openBrowserSignIn } from '../../demo/browser-sign-in.ts';
import { createFakeBrowser } from '../fakes/browser.ts';
import type { FakeBrowser } from '../fakes/browser.ts';
import { walkThrough } from '../fakes/walk-through.ts';
import { startSignInGateway } from './sign-in-site.ts';
import type { SignInGateway } from './sign-in-site.ts';

type SignedIn = { readonly client: Client; readonly tokens: () => { access_token: string; refresh_token?: string } };

/** The official SDK, with a browser that somebody uses. */
async function connect(
  t: TestContext,
  site: SignInGateway,
  { browser = createFakeBrowser(), login = 'ada@example.com', connection = 'files' } = {},
): Promise<SignedIn> {
  let walked: Promise<unknown> = Promise.resolve();
  const signIn = await openBrowserSignIn((url) => {
    const stopAt = new URL(url.searchParams.get('redirect_uri') ?? '').href;
    walked = walkThrough(browser, url.href, { login, stopAt }).then(({ url: back }) => fetch(back));
  });
  t.after(() => signIn.close());
  const url = new URL(site.url(connection));
  const transport = new StreamableHTTPClientTransport(url, { authProvider: signIn.provider });
  await assert.rejects(new Client({ name: 'test', version: '1' }).connect(transport), UnauthorizedError);
  await walked;
  await transport.finishAuth(await signIn.cameBack);
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: signIn.provider }));
  t.after(() => client.close());
  return { client, tokens: () => signIn.provider.tokens() as ReturnType<SignedIn['tokens']> };
}

const READ = { name: 'read_text_file', arguments: { path: 'hello.txt' } };
const read = async (client: Client | ClientV1): Promise<string> =>
  JSON.stringify((await client.callTool(READ)).content);

test('a client of SDK v2 that knows an address signs a person in and calls a tool, in their name', async (t) => {
  const site = await startSignInGateway(t);
  const { client } = await connect(t, site);
  assert.match(await read(client), /hello from a file/);
  const intent = (await site.records()).find(
    ({ leaf, header }) => leaf.kind === 'intent' && header?.name === 'read_text_file',
  );
  assert.deepEqual(
    [intent?.header?.caller?.issuer, intent?.header?.caller?.subject, intent?.header?.caller?.groups],
    [site.issuerUrl, '00u1ada', ['idp:support']],
  );
});

test('a client of SDK v1 does the same', async (t) => {
  const site = await startSignInGateway(t);
  const browser = createFakeBrowser();
  let walked: Promise<unknown> = Promise.resolve();
  const signIn = await openBrowserSignIn((url) => {
    const stopAt = new URL(url.searchParams.get('redirect_uri') ?? '').href;
    walked = walkThrough(browser, url.href, { stopAt }).then(({ url: back }) => fetch(back));
  });
  t.after(() => signIn.close());
  const url = new URL(site.url('files'));
  const authProvider = signIn.provider;
  const transport = new TransportV1(url, { authProvider });
  await assert.rejects(new ClientV1({ name: 'test', version: '1' }).connect(transport), UnauthorizedV1);
  await walked;
  await transport.finishAuth((await signIn.cameBack).get('code') ?? '');
  const client = new ClientV1({ name: 'test', version: '1' });
  await client.connect(new TransportV1(url, { authProvider }));
  t.after(() => client.close());
  assert.match(await read(client), /hello from a file/);
});

async function directToken(site: SignInGateway): Promise<string> {
  const response = await fetch(`${site.issuerUrl}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('direct:secret-of-direct-tokens')}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'demo', scope: 'mcp' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

test('a person is the same caller by sign-in and by a token of the issuer', async (t) => {
  const site = await startSignInGateway(t);
  const { client } = await connect(t, site);
  await read(client);
  const headers = { authorization: `Bearer ${await directToken(site)}` };
  const direct = new Client({ name: 'test', version: '1' });
  await direct.connect(new StreamableHTTPClientTransport(new URL(site.url('files')), { requestInit: { headers } }));
  t.after(() => direct.close());
  await read(direct);
  const callers = (await site.records())
    .filter(({ leaf, header }) => leaf.kind === 'intent' && header?.name === 'read_text_file')
    .map(({ header }) => header?.caller);
  assert.equal(callers.length, 2);
  assert.deepEqual(callers[0], callers[1]);
});

test('what the book has of a sign-in: who, what they agreed to, and no token of anybody', async (t) => {
  const site = await startSignInGateway(t);
  const { tokens } = await connect(t, site);
  const records = await site.records();
  const acts = records.filter(({ leaf }) => leaf.kind === 'control').map(({ leaf }) => leaf.st);
  for (const act of ['client_registered', 'sign_in', 'consent', 'token_issued']) assert.ok(acts.includes(act), act);
  const { access_token: access, refresh_token: refresh = 'none' } = tokens();
  const told = JSON.stringify(records.map(({ header, payload }) => [header, payload?.toString()])) + site.log();
  for (const secret of [access, refresh]) assert.equal(told.includes(secret), false);
});

test('a person whom no group lets in signs in and may do nothing', async (t) => {
  const site = await startSignInGateway(t);
  await assert.rejects(connect(t, site, { login: 'grace@example.com' }), /403|[Ff]orbidden|not allowed|no access/);
});

test('someone who is signed in says yes once more to each program on their machine, and to no issuer', async (t) => {
  const site = await startSignInGateway(t);
  const browser = createFakeBrowser();
  await connect(t, site, { browser });
  const before = (await site.records()).filter(({ leaf }) => leaf.st === 'sign_in').length;
  const { client } = await connect(t, site, { browser });
  await read(client);
  const acts = (await site.records()).map(({ leaf }) => leaf.st);
  assert.equal(acts.filter((act) => act === 'sign_in').length, before);
  assert.equal(acts.filter((act) => act === 'consent').length, 2);
});

async function refresh(site: SignInGateway, refreshToken: string, clientId: string): Promise<Response> {
  return fetch(`${site.origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }),
  });
}

/** Code flow by hand, for what the SDK does not show. */
async function codeFlow(site: SignInGateway, browser: FakeBrowser, login = 'ada@example.com') {
  const redirectUri = 'http://127.0.0.1:9/callback';
  const registered = await fetch(`${site.origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'By hand', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 's'.repeat(43),
    resource: site.url('notes'),
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const back = await walkThrough(browser, `${site.origin}/oauth/authorize?${query.toString()}`, {
    login,
    stopAt: redirectUri,
  });
  const params = new URL(back.url).searchParams;
  const answer = await fetch(`${site.origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: params.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }),
  });
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  return { clientId, back, params, tokens };
}

const callWith = (site: SignInGateway, token: string): Promise<Response> =>
  fetch(site.url('notes'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_note', arguments: {} } }),
  });

test('at a refresh the issuer is asked: groups are those of now, and whoever is gone there is out here', async (t) => {
  const site = await startSignInGateway(t, { limits: {} });
  const { clientId, tokens } = await codeFlow(site, createFakeBrowser());
  assert.equal((await callWith(site, tokens.access_token)).status, 200);

  site.people[0] = { login: 'ada@example.com', password: 'demo', uid: '00u1ada', groups: [] };
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  const first = await refresh(site, tokens.refresh_token, clientId);
  const demoted = (await first.json()) as { access_token: string; refresh_token: string };
  assert.equal(first.status, 200, JSON.stringify(demoted));
  assert.equal((await callWith(site, demoted.access_token)).status, 404, 'no group lets her in any more');

  site.people.shift();
  t.mock.timers.tick(60_000);
  const second = await refresh(site, demoted.refresh_token, clientId);
  assert.deepEqual([second.status, ((await second.json()) as { error: string }).error], [400, 'invalid_grant']);
  assert.equal((await callWith(site, demoted.access_token)).status, 401);
  const ended = (await site.records()).filter(({ leaf }) => leaf.st === 'sign_in_ended');
  assert.equal(ended.length, 1);
});

test('tokens go on over a restart of the gateway', async (t) => {
  const site = await startSignInGateway(t);
  const { clientId, tokens } = await codeFlow(site, createFakeBrowser());
  await site.restart();
  assert.equal((await callWith(site, tokens.access_token)).status, 200);
  const refreshed = await refresh(site, tokens.refresh_token, clientId);
  assert.equal(refreshed.status, 200);
});

test('a sign-in that was begun before a restart is finished after it', async (t) => {
  const site = await startSignInGateway(t);
  const browser = createFakeBrowser();
  const query = new URLSearchParams({ to: '/me' });
  const page = await browser.open(`${site.origin}/signin?${query.toString()}`);
  const login = await browser.submit(page, 'Sign in with Demo');
  await site.restart();
  const fields = { login: 'ada@example.com', password: 'demo' };
  const back = await browser.submit(login, 'Sign in', fields, { stopAt: `${site.origin}/me` });
  assert.equal(back.url, `${site.origin}/me`);
});
