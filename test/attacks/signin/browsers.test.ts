/** Somebody whom their issuer let go, and who has a browser in which they are signed in. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { startSignInGateway, walkThrough } from '../../e2e/sign-in-site.ts';
import type { SignInGateway } from '../../e2e/sign-in-site.ts';
import { createFakeBrowser } from '../../fakes/browser.ts';
import type { FakeBrowser } from '../../fakes/browser.ts';

const BACK = 'http://127.0.0.1:9/callback';
const VERIFIER = randomBytes(32).toString('base64url');
const HERE = { 'sec-fetch-site': 'same-origin' };

async function register(site: SignInGateway): Promise<string> {
  const registered = await fetch(`${site.origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'By hand', redirect_uris: [BACK], token_endpoint_auth_method: 'none' }),
  });
  return ((await registered.json()) as { client_id: string }).client_id;
}

const asking = (site: SignInGateway, clientId: string): string =>
  `${site.origin}/oauth/authorize?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: BACK,
    response_type: 'code',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    resource: site.url('notes'),
  }).toString()}`;

const showsHer = async (site: SignInGateway, browser: FakeBrowser): Promise<boolean> =>
  (await browser.open(`${site.origin}/me`)).text.includes('olga@example.com');
const apiStatus = async (site: SignInGateway, browser: FakeBrowser): Promise<number> =>
  (await browser.send(`${site.origin}/api/v1/events`, { headers: HERE })).status;

/** Olga, an auditor and an admin, in her browser. */
async function signedIn(t: TestContext) {
  const site = await startSignInGateway(t);
  const browser = createFakeBrowser();
  const clientId = await register(site);
  const { url } = await walkThrough(browser, asking(site, clientId), { login: 'olga@example.com', stopAt: BACK });
  assert.match(url, /code=/);
  assert.deepEqual([await showsHer(site, browser), await apiStatus(site, browser)], [true, 200]);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  return { site, browser, clientId };
}

test('a browser of somebody whom the issuer let go is out when the issuer is asked, and its page, the API and codes with it', async (t) => {
  const { site, browser } = await signedIn(t);
  site.people.length = 0;
  t.mock.timers.tick(LIMITS.issuerCheckDueMs);
  assert.deepEqual([await apiStatus(site, browser), await showsHer(site, browser)], [401, false]);
  const ended = (await site.records()).filter(({ leaf }) => leaf.st === 'sign_in_ended');
  assert.equal(ended.length, 1);
});

test('whoever never refreshes but asks for a code each time is asked about at each code', async (t) => {
  const { site, browser, clientId } = await signedIn(t);
  const before = (await site.records()).filter(({ leaf }) => leaf.st === 'token_issued').length;
  site.people.length = 0;
  t.mock.timers.tick(LIMITS.issuerCheckFreshMs);
  const page = await browser.open(asking(site, clientId), { stopAt: BACK });
  const after = await browser.submit(page, 'Allow', {}, { stopAt: BACK });
  assert.ok(!after.url.startsWith(BACK), after.url);
  assert.match(after.words, /Sign in with Demo/);
  assert.equal((await site.records()).filter(({ leaf }) => leaf.st === 'token_issued').length, before);
});

test('somebody who is still there stays in by their browser all day, with the groups of now', async (t) => {
  const { site, browser } = await signedIn(t);
  for (let asked = 0; asked < 6; asked += 1) {
    t.mock.timers.tick(LIMITS.issuerCheckDueMs);
    assert.deepEqual([await apiStatus(site, browser), await showsHer(site, browser)], [200, true]);
  }
  site.people[2] = { login: 'olga@example.com', password: 'demo', uid: '00u3olga', groups: [] };
  t.mock.timers.tick(LIMITS.issuerCheckDueMs);
  assert.equal(await apiStatus(site, browser), 403);
});

test('a page by itself has the issuer asked: whoever is there goes on, and whoever is gone is not there', async (t) => {
  const { site, browser } = await signedIn(t);
  for (let asked = 0; asked < 3; asked += 1) {
    t.mock.timers.tick(LIMITS.issuerCheckDueMs);
    assert.equal(await showsHer(site, browser), true);
  }
  site.people.length = 0;
  t.mock.timers.tick(LIMITS.issuerCheckDueMs);
  assert.equal(await showsHer(site, browser), false);
});

test('a client that the operator knows asks for connections, and gets no token for the API', async (t) => {
  const known = `known: { desk: { name: Desk, redirectUris: ["${BACK}"] } }`;
  const site = await startSignInGateway(t, { signIn: `signIn: { clients: { ${known} } }` });
  const api = new URL(asking(site, 'desk'));
  api.searchParams.set('resource', `${site.origin}/api`);
  const refused = await createFakeBrowser().open(api.href, { stopAt: BACK });
  assert.equal(new URL(refused.url).searchParams.get('error'), 'invalid_target');
  const browser = createFakeBrowser();
  const { url } = await walkThrough(browser, asking(site, 'desk'), { stopAt: BACK });
  assert.match(url, /code=/);
});
