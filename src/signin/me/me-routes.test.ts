import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATCHED } from '#test/fakes/ledger.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import type { FakeBrowser } from '#test/fakes/browser.ts';
import { grantOf, startMeSite } from '#test/fakes/me-site.ts';
import type { MeSite } from '#test/fakes/me-site.ts';

const SAME = { 'sec-fetch-site': 'same-origin' };

/** Presses a button of Ada's page, or what somebody makes of it. */
async function press(
  site: MeSite,
  browser: FakeBrowser,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const from = { origin: site.origin, ...SAME, ...headers };
  return browser.send(
    `${site.origin}/me/end`,
    { method: 'POST', headers: from, body: new URLSearchParams(fields) },
    { stopAt: `${site.origin}/signin?` },
  );
}

test('whoever is not signed in is sent to sign in, and comes back here', async (t) => {
  const site = await startMeSite(t);
  const asked = await createFakeBrowser().open(`${site.origin}/me`, { stopAt: `${site.origin}/signin` });
  assert.equal(asked.url, `${site.origin}/signin?to=%2Fme`);
});

test('the page is nobody’s to keep or to frame', async (t) => {
  const site = await startMeSite(t);
  const { browser } = await site.browser(site.signIn('ada-1', 'ada'));
  const page = await browser.open(`${site.origin}/me`);
  assert.equal(page.status, 200);
  assert.match(page.words, /ada@example\.com.*Firefox on Linux \(this one\)/);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
  assert.deepEqual([page.headers.get('cache-control'), page.headers.get('x-frame-options')], ['no-store', 'DENY']);
  const style = await browser.open(`${site.origin}/signin/style.css`);
  assert.match(style.headers.get('content-type') ?? '', /^text\/css/);
});

test('one browser is signed out, and the others and the programs go on', async (t) => {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  site.grants.set(ada.id, [grantOf('g1', 'vscode')]);
  const [here, there] = [await site.browser(ada), await site.browser(ada)];
  const page = await press(site, here.browser, { csrf: here.present.csrf, act: `session ${there.present.session.id}` });
  assert.match(page.words, /It has ended/);
  assert.equal((await there.browser.open(`${site.origin}/me`, { stopAt: `${site.origin}/signin` })).status, 0);
  assert.equal((await here.browser.open(`${site.origin}/me`)).status, 200);
  assert.equal(site.grants.get(ada.id)?.length, 1);
  assert.deepEqual(site.acts(), ['web_session_ended']);
});

test('what a program was given is taken away, and it is asked about again', async (t) => {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  site.grants.set(ada.id, [grantOf('g1', 'vscode'), grantOf('g2', 'cursor')]);
  const consented = { clientId: 'vscode', clientName: 'VS Code', place: 'x', resource: 'r', metadataDigest: 'd' };
  await site.consents.give(ada, consented);
  await site.consents.give(ada, { ...consented, clientId: 'cursor' });
  const { browser, present } = await site.browser(ada);
  await press(site, browser, { csrf: present.csrf, act: 'grant ada-1 g1' });
  assert.deepEqual(
    [site.grants.get(ada.id)?.map(({ name }) => name), site.consents.of(ada).map(({ clientId }) => clientId)],
    [['g2'], ['cursor']],
  );
  const [consent] = site.consents.of(ada);
  await press(site, browser, { csrf: present.csrf, act: `consent ${consent?.id ?? ''}` });
  assert.deepEqual(site.consents.of(ada), []);
  assert.deepEqual(site.acts(), ['grant_ended']);
});

test('everything ends at once, this browser too, and nothing of others', async (t) => {
  const site = await startMeSite(t);
  const [first, second] = [site.signIn('ada-1', 'ada'), site.signIn('ada-2', 'ada')];
  const eve = await site.browser(site.signIn('eve-1', 'eve'));
  const { browser, present } = await site.browser(first);
  await site.browser(second);
  const page = await press(site, browser, { csrf: present.csrf, act: 'all' });
  assert.match(page.words, /You are signed out/);
  assert.deepEqual(browser.cookies(site.origin), {});
  assert.deepEqual(
    [...site.signIns.values()].map(({ id, endedAtMs }) => [id, endedAtMs !== undefined]),
    [
      ['ada-1', true],
      ['ada-2', true],
      ['eve-1', false],
    ],
  );
  assert.equal((await eve.browser.open(`${site.origin}/me`)).status, 200);
  assert.deepEqual(site.acts(), ['sign_in_ended', 'sign_in_ended']);
});

test('nobody ends what is another’s, whatever a form names', async (t) => {
  const site = await startMeSite(t);
  const eve = site.signIn('eve-1', 'eve');
  site.grants.set(eve.id, [grantOf('g3', 'cursor')]);
  await site.consents.give(eve, { clientId: 'cursor', clientName: '', place: '', resource: '', metadataDigest: '' });
  const hers = await site.browser(eve);
  const { browser, present } = await site.browser(site.signIn('ada-1', 'ada'));
  const consent = site.consents.of(eve)[0]?.id ?? '';
  for (const act of [
    'sign_in eve-1',
    `session ${hers.present.session.id}`,
    'grant eve-1 g3',
    'grant ada-1 g3',
    `consent ${consent}`,
    '',
    'nothing',
    'sign_in',
    '__proto__',
  ]) {
    const page = await press(site, browser, { csrf: present.csrf, act });
    assert.match(page.words, /had ended already/, act);
  }
  assert.equal((await hers.browser.open(`${site.origin}/me`)).status, 200);
  assert.deepEqual([site.grants.get(eve.id)?.length, site.consents.of(eve).length, site.acts()], [1, 1, []]);
});

test('a form that our page did not make does nothing: from elsewhere, without the token, or with another session’s', async (t) => {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  const { browser, present } = await site.browser(ada);
  const other = await site.browser(site.signIn('eve-1', 'eve'));
  const good = { csrf: present.csrf, act: 'all' };
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ])
    assert.equal((await press(site, browser, good, headers)).status, 403, JSON.stringify(headers));
  for (const csrf of ['', 'x', other.present.csrf])
    assert.equal((await press(site, browser, { ...good, csrf })).status, 403);
  const bare = await browser.send(`${site.origin}/me/end`, { method: 'POST', body: new URLSearchParams(good) });
  assert.equal(bare.status, 403);
  assert.equal(site.signIns.get('ada-1')?.endedAtMs, undefined);
  assert.deepEqual(site.acts(), []);
  const stranger = await press(site, createFakeBrowser(), good);
  assert.equal(stranger.url, `${site.origin}/signin?to=%2Fme`);
});

test('what cannot be recorded does not end, and what could not be put in force is not said to have', async (t) => {
  const site = await startMeSite(t);
  const { browser, present } = await site.browser(site.signIn('ada-1', 'ada'));
  site.parts.gateway.ledger.refusing = () => LATCHED;
  const unrecorded = await press(site, browser, { csrf: present.csrf, act: 'sign_in ada-1' });
  assert.deepEqual([unrecorded.status, site.signIns.get('ada-1')?.endedAtMs], [503, undefined]);
  assert.match(unrecorded.words, /Nothing has ended/);
});

test('signing out ends this browser’s session for good, and asks first when it was a link', async (t) => {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  const { browser } = await site.browser(ada);
  const value = browser.cookies(site.origin)['gatebook'] ?? '';
  const asked = await browser.open(`${site.origin}/signin/out`);
  assert.match(asked.words, /You are signed in as ada@example\.com/);
  const out = await browser.submit(asked, 'Sign out of this browser');
  assert.match(out.words, /You are signed out/);
  assert.equal(site.signIns.get('ada-1')?.endedAtMs, undefined);
  // A copy of the cookie is worth nothing either.
  browser.setCookie(site.origin, 'gatebook', value);
  assert.equal((await browser.open(`${site.origin}/me`, { stopAt: `${site.origin}/signin` })).status, 0);
  assert.match((await browser.open(`${site.origin}/signin/out`)).words, /You are signed out/);
});
