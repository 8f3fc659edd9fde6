/** A client program that an admin has to allow: from the first question to the moment it is out again. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createFakeBrowser } from '../fakes/browser.ts';
import type { FakeBrowser, Visit } from '../fakes/browser.ts';
import { AUDIENCE, startSignInGateway, walkThrough } from './sign-in-site.ts';
import type { SignInGateway } from './sign-in-site.ts';

const BACK = 'http://127.0.0.1:33418/callback';
const VERIFIER = randomBytes(32).toString('base64url');

type Json = Readonly<Record<string, unknown>>;
type Tokens = { readonly access_token: string; readonly refresh_token: string };

const post = (site: SignInGateway, path: string, body: object | URLSearchParams, token?: string): Promise<Response> =>
  fetch(`${site.origin}${path}`, {
    method: 'POST',
    headers: {
      ...(body instanceof URLSearchParams ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body instanceof URLSearchParams ? body : JSON.stringify(body),
  });

/** A token of the issuer for the API, of somebody who may decide. */
async function adminToken(site: SignInGateway): Promise<string> {
  const response = await fetch(`${site.issuerUrl}/token`, {
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
  return ((await response.json()) as { access_token: string }).access_token;
}

async function start(t: TestContext) {
  const site = await startSignInGateway(t, { signIn: 'signIn: { clients: { native: approve } }' });
  site.people.push({ login: 'ruth@example.com', password: 'demo', uid: '00u4ruth', groups: ['admins'] });
  const registered = await post(site, '/oauth/register', {
    client_name: 'Chat',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
  });
  const { client_id: id } = (await registered.json()) as { client_id: string };
  const admin = await adminToken(site);
  const url = `${site.origin}/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: BACK,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    resource: site.url('notes'),
    state: 's',
  }).toString()}`;
  const decide = async (decision: 'approve' | 'deny'): Promise<number> => {
    const shown = await fetch(`${site.origin}/api/v1/clients/${id}`, { headers: { authorization: `Bearer ${admin}` } });
    const { profile } = (await shown.json()) as Json;
    return (await post(site, `/api/v1/clients/${id}/decision`, { decision, profile }, admin)).status;
  };
  const tokensFor = async (back: Visit): Promise<Tokens> => {
    const code = new URL(back.url).searchParams.get('code') ?? assert.fail(back.words);
    const answer = await post(
      site,
      '/oauth/token',
      new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: id,
        redirect_uri: BACK,
        code_verifier: VERIFIER,
      }),
    );
    return (await answer.json()) as Tokens;
  };
  const call = async ({ access_token: token }: Tokens): Promise<number> => {
    const response = await fetch(site.url('notes'), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'get_note', arguments: {} },
      }),
    });
    await response.text();
    return response.status;
  };
  const refresh = async ({ refresh_token: token }: Tokens): Promise<Json> =>
    (await (
      await post(
        site,
        '/oauth/token',
        new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: id }),
      )
    ).json()) as Json;
  return { site, id, url, admin, decide, tokensFor, call, refresh };
}

const open = (browser: FakeBrowser, url: string): Promise<Visit> => browser.open(url, { stopAt: BACK });

test('whoever comes with a client nobody allowed is told its id; allowed, the very same request goes on; denied, it is out', async (t) => {
  const { site, id, url, decide, tokensFor, call, refresh } = await start(t);
  const browser = createFakeBrowser();
  const waiting = await open(browser, url);
  assert.equal(waiting.status, 403);
  assert.ok(waiting.words.includes(id), waiting.words);
  assert.deepEqual(waiting.forms, []);
  assert.equal(await decide('approve'), 200);
  const back = await walkThrough(browser, waiting.url, { stopAt: BACK });
  const tokens = await tokensFor(back);
  assert.equal(await call(tokens), 200);
  assert.equal(await decide('deny'), 200);
  // In this process at once, and in any other within a quarter of a second.
  assert.equal(await call(tokens), 401);
  assert.match(String((await refresh(tokens))['error']), /invalid_(?:client|grant)/);
  assert.match((await open(createFakeBrowser(), url)).words, /not allow/);
  const acts = (await site.records()).filter(({ leaf }) => leaf.kind === 'control').map(({ leaf }) => leaf.st);
  for (const act of [
    'client_registered',
    'client_approved',
    'sign_in',
    'consent',
    'token_issued',
    'client_refused',
    'revocation',
  ])
    assert.ok(acts.includes(act), act);
});

test('a client that is removed is out with everything it had, and unknown', async (t) => {
  const { site, id, url, admin, decide, tokensFor, call, refresh } = await start(t);
  await decide('approve');
  const tokens = await tokensFor(await walkThrough(createFakeBrowser(), url, { stopAt: BACK }));
  assert.equal(await call(tokens), 200);
  const removed = await fetch(`${site.origin}/api/v1/clients/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${admin}` },
  });
  assert.equal(removed.status, 200);
  assert.equal(await call(tokens), 401);
  assert.match(String((await refresh(tokens))['error']), /invalid_(?:client|grant)/);
});

test('clients outlive a restart of the gateway', async (t) => {
  const { site, url, decide, tokensFor, call } = await start(t);
  await decide('approve');
  await site.restart();
  const tokens = await tokensFor(await walkThrough(createFakeBrowser(), url, { stopAt: BACK }));
  assert.equal(await call(tokens), 200);
});
