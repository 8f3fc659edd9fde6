import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signInPath } from '#signin/entry.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import { startSignInSite } from '#test/fakes/sign-in-site.ts';

const ISSUER = { stopAt: 'https://okta.example.com' };

test('whoever signs in without a client goes on to the page they wanted, and to no other site', async (t) => {
  const site = await startSignInSite(t);
  const rows = [
    ['/me', '/me'],
    ['/me/keys?x=1', '/me/keys?x=1'],
    ['https://evil.example', '/me'],
    ['//evil.example', '/me'],
    ['/me//evil.example', '/me'],
    ['/oauth/authorize', '/me'],
    ['/me\\@evil.example', '/me'],
  ] as const;
  for (const [to, goal] of rows) {
    const browser = createFakeBrowser();
    const page = await browser.open(`${site.origin}${signInPath(to)}`);
    const sent = await browser.submit(page, 'Sign in with Okta', {}, ISSUER);
    const back = await browser.open(site.callback(sent.url), { stopAt: `${site.origin}/me` });
    assert.equal(back.url, `${site.origin}${goal}`, to);
  }
  assert.deepEqual(new Set(site.acts()), new Set(['sign_in']), 'nobody agreed to anything');
});

test('for what is sensitive the issuer is told to ask again', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(`${site.origin}${signInPath('/me', true)}`);
  assert.match(page.words, /prove once more who you are/);
  await browser.submit(page, 'Sign in with Okta', {}, ISSUER);
  assert.equal(site.okta.asked.at(-1)?.proof, 'fresh');
});

test('a form of another site sends nobody to an issuer', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(`${site.origin}/signin`);
  const body = () => new URLSearchParams({ ...page.forms[0]?.fields, act: 'sign_in:okta' });
  for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, {}]) {
    const answer = await browser.send(`${site.origin}/signin`, { method: 'POST', headers, body: body() }, ISSUER);
    assert.equal(answer.status, 403);
  }
  const own = { origin: site.origin, 'sec-fetch-site': 'same-origin' };
  const forged = { method: 'POST', headers: own, body: new URLSearchParams({ act: 'sign_in:okta', csrf: 'x' }) };
  assert.equal((await browser.send(`${site.origin}/signin`, forged, ISSUER)).status, 403);
  assert.deepEqual(site.okta.asked, []);
});

test('what did not work at the issuer is said here', async (t) => {
  const site = await startSignInSite(t);
  const page = await createFakeBrowser().open(`${site.origin}/signin?to=/me&trouble=issuer_denied&at=okta`);
  assert.match(page.words, /Okta did not let you sign in here/);
});
