import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import type { FakeBrowser, Visit } from '#test/fakes/browser.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';
import { err } from '#result.ts';
import { interactionPath } from '#signin/interaction.ts';
import { ASKED, CLIENT_BACK, startSignInSite } from '#test/fakes/sign-in-site.ts';
import type { SignInSite } from '#test/fakes/sign-in-site.ts';

const ISSUER = { stopAt: 'https://okta.example.com' };
const BACK = { stopAt: CLIENT_BACK };
const LOCAL = 'http://127.0.0.1:33418/cb';

/** Says yes to whatever is asked, and comes back from the issuer. */
async function signIn(site: SignInSite, browser: FakeBrowser, page?: Visit): Promise<Visit> {
  const asked = page ?? (await browser.open(site.page()));
  const sent = await browser.submit(asked, 'Sign in with Okta', {}, ISSUER);
  return browser.open(site.callback(sent.url), BACK);
}

test('nothing goes to the issuer, and the browser gets no cookie, before the person said yes', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(site.page());
  assert.equal(page.status, 200);
  assert.deepEqual(site.okta.asked, []);
  assert.deepEqual(browser.cookies(site.origin), {});
  assert.match(page.words, /claude\.ai \(it is described there\)/);
  await browser.submit(page, 'Sign in with Okta', {}, ISSUER);
  assert.equal(site.okta.asked.length, 1);
});

test('a person signs in, the client gets its answer, and the book has who agreed to what', async (t) => {
  const site = await startSignInSite(t);
  const back = await signIn(site, createFakeBrowser());
  assert.equal(back.url, `${CLIENT_BACK}?code=granted`);
  assert.deepEqual(
    site.granted.map(({ subject, groups }) => [subject, groups]),
    [['00u1ada', ['okta:support']]],
  );
  assert.deepEqual(site.acts(), ['sign_in', 'consent']);
  const consent = headerOf(site.parts.gateway.ledger.entries[1]);
  assert.deepEqual([consent.client?.id, consent.connection], ['gatebook:https://claude.ai/client.json', 'notes']);
  assert.equal(JSON.stringify(site.parts.gateway.ledger.entries).includes('upstream-refresh'), false);
});

test('whoever agreed to exactly this before is not asked again', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  await signIn(site, browser);
  assert.equal((await browser.open(site.page(), BACK)).url, `${CLIENT_BACK}?code=granted`);
  assert.equal(site.okta.asked.length, 1);
});

test('whatever is different asks again: what the client says of itself, the connection, the place, or its own wish', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  await signIn(site, browser);
  const others = [
    { client: { ...ASKED.client, metadataDigest: 'd2' } },
    { client: { ...ASKED.client, id: 'https://claude.ai/other.json' } },
    { resource: 'https://mcp.example.com/mcp/payments', connection: 'payments' },
    { redirectUri: 'https://elsewhere.example/cb' },
    { asksConsent: true },
  ];
  for (const other of others) {
    site.asked = { ...ASKED, ...other };
    const page = await browser.open(site.page(), BACK);
    assert.equal(page.status, 200, JSON.stringify(other));
    assert.match(page.words, /You are ada@example\.com/);
  }
  assert.equal(site.granted.length, 1);
});

test('where any program can be the client, the person says yes each time', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  for (const other of [
    { redirectUri: LOCAL },
    { redirectUri: 'cursor://cb' },
    { isDevice: true, redirectUri: undefined },
  ]) {
    site.asked = { ...ASKED, ...other };
    const first = await browser.open(site.page(), BACK);
    await (first.words.includes('Allow') ? browser.submit(first, 'Allow', {}, BACK) : signIn(site, browser, first));
    const again = await browser.open(site.page(), BACK);
    assert.equal(again.status, 200, JSON.stringify(other));
  }
  assert.equal(site.granted.length, 3);
});

test('who says no is believed: the client gets an error, and nothing is remembered', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const back = await browser.submit(await browser.open(site.page()), 'Cancel', {}, BACK);
  assert.equal(back.url, `${CLIENT_BACK}?error=access_denied`);
  assert.deepEqual([site.okta.asked, site.acts()], [[], []]);

  await signIn(site, browser);
  site.asked = { ...ASKED, asksConsent: true };
  await browser.submit(await browser.open(site.page()), 'Cancel', {}, BACK);
  assert.equal(site.acts().at(-1), 'consent_refused');
  assert.equal(site.granted.length, 1);
});

test('a form of another site, of another session, or without its token does nothing', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(site.page());
  const stale = page.forms[0]?.fields['csrf'] ?? '';
  await signIn(site, browser, page);
  site.asked = { ...ASKED, asksConsent: true };
  const csrf = (await browser.open(site.page())).forms[0]?.fields['csrf'] ?? '';
  const post = (headers: Record<string, string>, fields: Record<string, string>) =>
    browser.send(
      site.page(),
      { method: 'POST', headers, body: new URLSearchParams({ act: 'continue', ...fields }) },
      BACK,
    );
  const own = { origin: site.origin, 'sec-fetch-site': 'same-origin' };
  const tries = [
    [{ ...own, origin: 'https://evil.example' }, { csrf }],
    [{ ...own, 'sec-fetch-site': 'cross-site' }, { csrf }],
    [{ ...own, 'sec-fetch-site': 'same-site' }, { csrf }],
    [{}, { csrf }],
    [own, {}],
    [own, { csrf: `${csrf}A` }],
    [own, { csrf: stale }],
  ] as const;
  for (const [headers, fields] of tries)
    assert.equal((await post(headers, fields)).status, 403, JSON.stringify([headers, fields]));
  assert.equal(site.granted.length, 1);
  assert.equal((await post(own, { csrf })).url, `${CLIENT_BACK}?code=granted`);
});

test('a request that is over, or another’s, shows a page that says what to do', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  assert.equal((await browser.open(site.page('another'))).status, 410);
  site.asked = undefined;
  const page = await browser.open(site.page());
  assert.deepEqual([page.status, /begin again/.test(page.words)], [410, true]);
});

test('the word that somebody agreed counts for that request and that person, and not for long', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  site.asked = { ...ASKED, redirectUri: LOCAL };
  const sent = await browser.submit(await browser.open(site.page()), 'Sign in with Okta', {}, ISSUER);
  const agreed = await browser.open(site.callback(sent.url), { stopAt: `${site.origin}/signin/interaction/` });
  assert.match(agreed.url, /\?agreed=[\w-]+$/);

  const granted = site.granted.length;
  const other = createFakeBrowser();
  site.asked = { ...ASKED, asksConsent: true };
  await signIn(site, other);
  const before = site.granted.length;
  site.asked = { ...ASKED, redirectUri: LOCAL };
  assert.equal((await other.open(agreed.url, BACK)).status, 200, 'another person');
  site.asked = { ...ASKED, redirectUri: 'http://127.0.0.1:9999/cb', client: { ...ASKED.client, id: 'another' } };
  assert.equal((await browser.open(agreed.url, BACK)).status, 200, 'another client');
  site.asked = { ...ASKED, uid: 'u2', redirectUri: LOCAL };
  assert.equal((await browser.open(agreed.url.replace('/u1?', '/u2?'), BACK)).status, 200, 'another request');
  site.asked = { ...ASKED, redirectUri: LOCAL };
  site.clock.nowMs += 60_000;
  assert.equal((await browser.open(agreed.url, BACK)).status, 200, 'a minute later');
  assert.equal(site.granted.length, before);
  assert.equal(granted, 0);
});

test('a client that wants the person to prove themselves gets that, and a session is not enough', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  await signIn(site, browser);
  for (const asks of [{ asksLogin: true }, { maxAgeSeconds: 0 }]) {
    site.asked = { ...ASKED, ...asks };
    const page = await browser.open(site.page(), BACK);
    assert.match(page.words, /Sign in with Okta/);
    assert.equal((await browser.submit(page, 'Sign in with Okta', {}, ISSUER)).status, 0);
    assert.equal(site.okta.asked.at(-1)?.proof, 'fresh');
  }
  site.asked = { ...ASKED, asksLogin: true };
  assert.equal((await signIn(site, browser)).url, `${CLIENT_BACK}?code=granted`);
});

test('whoever wants to be somebody else is asked at the issuer who', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  await signIn(site, browser);
  site.asked = { ...ASKED, asksConsent: true };
  const choose = await browser.submit(await browser.open(site.page()), 'Use another account');
  assert.match(choose.words, /Sign in with Okta Sign in with Partners/);
  await browser.submit(choose, 'Sign in with Partners', {}, { stopAt: 'https://partners.example.com' });
  assert.equal(site.partners.asked.at(-1)?.proof, 'other');
});

test('an issuer that cannot be reached is said so, and the person can try again', async (t) => {
  const site = await startSignInSite(t);
  const reached = site.okta.authorizationUrl.bind(site.okta);
  site.okta.authorizationUrl = async () => err('issuer_unreachable');
  const browser = createFakeBrowser();
  const page = await browser.submit(await browser.open(site.page()), 'Sign in with Okta');
  assert.match(page.words, /Okta cannot be reached at the moment/);
  site.okta.authorizationUrl = reached;
  assert.equal((await signIn(site, browser, page)).url, `${CLIENT_BACK}?code=granted`);
});

test('what cannot be recorded does not happen', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  site.asked = { ...ASKED, redirectUri: LOCAL };
  site.parts.gateway.ledger.refusing = (entry) => (entry?.st === 'consent' ? LATCHED : undefined);
  const page = await signIn(site, browser);
  assert.equal(page.status, 503);
  assert.equal(site.granted.length, 0);
  site.parts.gateway.ledger.refusing = () => undefined;
  assert.equal((await browser.open(site.page(), BACK)).status, 200, 'nothing was remembered');
});

test('the page of a request is at an address of its own', () => {
  assert.equal(interactionPath('u1'), '/signin/interaction/u1');
});

test('with a client that waits for an admin nobody is asked and nothing can be sent; once it is allowed the same request goes on', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const page = await browser.open(site.page());
  site.standing = { is: 'waiting', wasApproved: false };
  const waiting = await browser.open(site.page());
  assert.equal(waiting.status, 403);
  assert.match(waiting.words, /waits for an admin/);
  assert.deepEqual(waiting.forms, []);
  const sent = await browser.submit(page, 'Sign in with Okta', {}, ISSUER);
  assert.equal(sent.status, 403);
  assert.deepEqual(site.okta.asked, []);
  site.standing = { is: 'allowed' };
  assert.equal((await signIn(site, browser)).url, `${CLIENT_BACK}?code=granted`);
});

test('before anything is given the issuer has its say: without one nothing is, and its no has the person sign in', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  await signIn(site, browser);
  site.checked = 'unavailable';
  const untold = await browser.open(site.page());
  assert.deepEqual([untold.status, site.granted.length], [503, 1]);
  assert.match(untold.words, /Okta cannot be reached/);
  site.checked = 'none';
  site.signIns.clear();
  const again = await browser.open(site.page());
  assert.match(again.words, /Sign in with Okta/);
  assert.equal(site.granted.length, 1);
});
