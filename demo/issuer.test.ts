import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import type { FakeBrowser, Visit } from '#test/fakes/browser.ts';
import { startDemoIssuer } from './issuer.ts';
import type { Person } from './issuer.ts';

const people = [{ login: 'ada@example.com', password: 'pw', uid: '00u1ada', groups: ['support'] }];
const clients = [{ id: 'nightly', secret: 's3cret-s3cret', allowsPasswords: true }];
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function askToken(
  url: string,
  form: Record<string, string>,
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('nightly:s3cret-s3cret')}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

test('the demo issuer gives tokens with the claims Okta gives', async (t) => {
  const issuer = await startDemoIssuer({
    port: 0,
    audiences: { mcp: 'https://gateway.example', api: 'https://gateway.example/api' },
    people,
    clients,
  });
  t.after(() => issuer.close());

  await t.test('a service account has no uid and no groups', async () => {
    const { body } = await askToken(issuer.url, { grant_type: 'client_credentials', scope: 'mcp' });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['cid'], 'nightly');
    assert.equal(claims['sub'], 'nightly');
    assert.equal(claims['aud'], 'https://gateway.example');
    assert.deepEqual(claims['scp'], ['mcp']);
    assert.equal('uid' in claims || 'groups' in claims, false);
  });

  await t.test('a person has uid and groups', async () => {
    const { body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'pw',
    });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['uid'], '00u1ada');
    assert.equal(claims['sub'], 'ada@example.com');
    assert.deepEqual(claims['groups'], ['support']);
  });

  await t.test('a token for the API is asked for by its scope, and is for nothing else', async () => {
    const { body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'pw',
      scope: 'api',
    });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['aud'], 'https://gateway.example/api');
    assert.deepEqual(claims['scp'], ['api']);
  });

  await t.test('a wrong password gets no token', async () => {
    const { status, body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'no',
    });
    assert.equal(status, 400);
    assert.equal(body['access_token'], undefined);
  });
});

const BACK = 'http://127.0.0.1:9/signin/callback/demo';
const VERIFIER = 'v'.repeat(43);

async function signInSite(t: TestContext) {
  const persons: Person[] = [...people];
  const issuer = await startDemoIssuer({
    port: 0,
    audiences: { mcp: 'https://gateway.example', api: 'https://gateway.example/api' },
    people: persons,
    clients: [{ id: 'gatebook', secret: 's3cret-s3cret', allowsPasswords: false, redirectUris: [BACK] }],
  });
  t.after(() => issuer.close());
  const exchange = async (form: Record<string, string>) => {
    const response = await fetch(`${issuer.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('gatebook:s3cret-s3cret')}` },
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  return { issuer, persons, exchange };
}

const authorizeUrl = (issuer: string, more: Record<string, string> = {}): string =>
  `${issuer}/auth?${new URLSearchParams({
    client_id: 'gatebook',
    response_type: 'code',
    redirect_uri: BACK,
    scope: 'openid profile groups offline_access',
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).toString()}`;

const signIn = async (browser: FakeBrowser, page: Visit): Promise<URL> => {
  const back = await browser.submit(page, 'Sign in', { login: 'ada@example.com', password: 'pw' }, { stopAt: BACK });
  return new URL(back.url);
};
const exchangeOf = (back: URL): Record<string, string> => ({
  grant_type: 'authorization_code',
  code: back.searchParams.get('code') ?? '',
  redirect_uri: BACK,
  code_verifier: VERIFIER,
});

test('a person signs in at the demo issuer through a browser', async (t) => {
  const { issuer, persons, exchange } = await signInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(authorizeUrl(issuer.url));
  const wrong = await browser.submit(page, 'Sign in', { login: 'ada@example.com', password: 'no' }, { stopAt: BACK });
  assert.match(wrong.words, /Wrong login or password/);

  const back = await signIn(browser, wrong);
  assert.equal(back.searchParams.get('state'), 'state-1');
  assert.equal(back.searchParams.get('iss'), issuer.url);
  const { body } = await exchange(exchangeOf(back));
  const claims = claimsOf(body['id_token'] ?? '');
  assert.equal(claims['sub'], '00u1ada', 'the uid of her access tokens');
  assert.deepEqual(claims['groups'], ['support']);
  assert.equal(claims['nonce'], 'nonce-1');
  assert.equal(typeof claims['auth_time'], 'number');

  await t.test('userinfo says the same of her', async () => {
    const response = await fetch(`${issuer.url}/me`, {
      headers: { authorization: `Bearer ${body['access_token'] ?? ''}` },
    });
    const info = (await response.json()) as Record<string, unknown>;
    assert.deepEqual([info['sub'], info['groups']], ['00u1ada', ['support']]);
  });

  await t.test('a refresh token is good once, and brings the groups of now', async () => {
    persons[0] = { login: 'ada@example.com', password: 'pw', uid: '00u1ada', groups: ['support', 'support-leads'] };
    const again = { grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' };
    const refreshed = await exchange(again);
    assert.deepEqual(claimsOf(refreshed.body['id_token'] ?? '')['groups'], ['support', 'support-leads']);
    assert.notEqual(refreshed.body['refresh_token'], body['refresh_token']);
    assert.equal((await exchange(again)).body['error'], 'invalid_grant');
  });
});

test('whoever has signed in is not asked again, unless the client asks for it', async (t) => {
  const { issuer } = await signInSite(t);
  const browser = createFakeBrowser();
  await signIn(browser, await browser.open(authorizeUrl(issuer.url)));

  const at = await browser.open(authorizeUrl(issuer.url), { stopAt: BACK });
  assert.match(at.url, /[?&]code=/);
  const asked = await browser.open(authorizeUrl(issuer.url, { prompt: 'login' }), { stopAt: BACK });
  assert.match(asked.words, /Password/);
});

test('a person who is gone gets no new tokens', async (t) => {
  const { issuer, persons, exchange } = await signInSite(t);
  const browser = createFakeBrowser();
  const { body } = await exchange(exchangeOf(await signIn(browser, await browser.open(authorizeUrl(issuer.url)))));
  persons.length = 0;
  const refused = await exchange({ grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' });
  assert.equal(refused.body['error'], 'invalid_grant');
});

test('whoever cancels comes back with an error', async (t) => {
  const { issuer } = await signInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(authorizeUrl(issuer.url));
  const back = await browser.submit(page, 'Cancel', {}, { stopAt: BACK });
  assert.equal(new URL(back.url).searchParams.get('error'), 'access_denied');
});
