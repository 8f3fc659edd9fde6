import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '#test/e2e/until.ts';
import type { FakeBrowser, Visit } from '#test/fakes/browser.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import { ISSUER, startSlackSite } from '#test/fakes/slack-site.ts';
import type { SlackSite } from '#test/fakes/slack-site.ts';

const BUTTON = 'Link it to me';
const MEMBER = { notifier: 'ops', team: 'T0ACME', user: 'U0GRACE' };

/** What a member who is nobody here is told when they press Review: the link, for them alone. */
async function offered({ press, told }: SlackSite, user = 'U0GRACE'): Promise<string> {
  const before = told(user);
  await press(user);
  await until(() => told(user) !== before);
  return /<(http[^|>]+)\|Link/.exec(told(user).slice(before.length))?.[1] ?? assert.fail(told(user));
}

/** Grace is signed in and at the page of that link. */
async function at({ site }: SlackSite, link: string, subject = 'grace', more: { groups?: string[] } = {}) {
  const { browser } = await site.browser(site.signIn(`${subject}-web`, subject, { groups: ['okta:leads'], ...more }));
  return { browser, page: await browser.open(link, { stopAt: `${site.origin}/signin` }) };
}
const send = (browser: FakeBrowser, page: Visit, member = 'U0GRACE'): Promise<Visit> =>
  browser.submit(page, BUTTON, { member }, { stopAt: new URL('/signin', page.url).href });

test('whoever pressed Review links the account to who they are here, sees it at /me, and takes it away again', async (t) => {
  const started = await startSlackSite(t);
  const { site, parts, approval, slack, opened } = started;
  const { browser, page } = await at(started, await offered(started));
  assert.match(page.words, /decides in your name: as grace@example\.com/);
  const linked = await send(browser, page);
  assert.equal(linked.url, `${site.origin}/me?said=linked`);
  assert.match(linked.words, /U0GRACE of the workspace T0ACME/);
  await slack.submit(await opened('U0GRACE'), { verdict: 'once' });
  assert.deepEqual(approval().votes[0]?.by, { issuer: ISSUER, subject: 'grace' });

  const removed = await browser.submit(linked, 'Remove');
  assert.match(removed.words, /It has ended/);
  assert.equal(parts.links.find(MEMBER), undefined);
  assert.deepEqual(
    site.acts().filter((act) => act?.startsWith('slack_')),
    ['slack_linked', 'slack_unlinked'],
  );
});

test('a link that somebody else was sent links nothing to them: the page does not say whose account it is', async (t) => {
  const started = await startSlackSite(t);
  const { browser, page } = await at(started, await offered(started, 'U0EVE'), 'grace');
  assert.equal(page.text.includes('U0EVE'), false);
  const sent = await send(browser, page, 'U0GRACE');
  assert.match(sent.words, /not the id of the account that pressed Review/);
  assert.equal(started.parts.links.find({ ...MEMBER, user: 'U0EVE' }), undefined);
  assert.ok(started.refusals().includes('another_member'));
});

test('an offer is taken once, by one person, within its time', async (t) => {
  const started = await startSlackSite(t);
  const link = await offered(started);
  const grace = await at(started, link);
  const eve = await at(started, link, 'eve');
  const again = await offered(started);
  assert.equal((await send(grace.browser, grace.page)).status, 200);
  assert.equal((await send(eve.browser, eve.page)).status, 409);
  await started.parts.links.unlink(
    { issuer: ISSUER, subject: 'grace' },
    started.parts.links.of({ issuer: ISSUER, subject: 'grace' })[0]?.id ?? '',
  );
  assert.equal((await send(eve.browser, eve.page)).status, 410, 'it was used, also when what it made is gone');
  started.site.clock.nowMs += 10 * 60_000;
  assert.equal((await eve.browser.open(again)).status, 410);
  assert.deepEqual(started.parts.links.of({ issuer: ISSUER, subject: 'eve' }), []);
});

test('an account that is linked, or that gatebook.yaml names, is linked to nobody else', async (t) => {
  const started = await startSlackSite(t);
  const [first, second] = [await offered(started), await offered(started)];
  const grace = await at(started, first);
  await send(grace.browser, grace.page);
  assert.equal((await at(started, second, 'eve')).page.status, 409);
  const other = await offered(started, 'U0LARS');
  started.people.set('U0LARS', { issuer: ISSUER, subject: 'lars' });
  assert.equal((await at(started, other, 'ivo')).page.status, 409);
});

test('a form of another site, of another session or without a fresh sign-in links nothing', async (t) => {
  const started = await startSlackSite(t);
  const { site } = started;
  const link = await offered(started);
  const fields = async (csrf: string) => new URLSearchParams({ csrf, member: 'U0GRACE' });
  const { browser, page } = await at(started, link);
  const eve = await at(started, link, 'eve');
  const token = eve.page.forms[0]?.fields['csrf'] ?? '';
  const own = page.forms[0]?.fields['csrf'] ?? '';
  const same = { origin: site.origin, 'sec-fetch-site': 'same-origin' };
  for (const [body, headers] of [
    [await fields(token), same],
    [await fields(''), same],
    [await fields(own), { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    [await fields(own), {}],
  ] as const)
    assert.equal((await browser.send(link, { method: 'POST', headers, body })).status, 403);
  site.clock.nowMs += 6 * 60_000;
  const old = await browser.submit(page, BUTTON, { member: 'U0GRACE' }, { stopAt: `${site.origin}/signin` });
  assert.match(old.url, /\/signin\?to=%2Fme%2Fslack%2F[\w-]+&fresh=1$/);
  assert.equal(started.parts.links.find(MEMBER), undefined);
});

test('whoever is not signed in signs in first and comes back', async (t) => {
  const started = await startSlackSite(t);
  const link = await offered(started);
  const { browser } = await started.site.browser(started.site.signIn('x', 'x'));
  browser.forget();
  const page = await browser.open(link, { stopAt: `${started.site.origin}/signin` });
  assert.match(page.url, /\/signin\?to=%2Fme%2Fslack%2F[\w-]+$/);
});

test('what cannot be recorded is not linked, and not taken away', async (t) => {
  const started = await startSlackSite(t);
  const { ledger } = started.site.parts.gateway;
  const { browser, page } = await at(started, await offered(started));
  ledger.refusing = () => LATCHED;
  assert.equal((await send(browser, page)).status, 503);
  assert.equal(started.parts.links.find(MEMBER), undefined);
  ledger.refusing = () => undefined;
  const me = await send(browser, await browser.open(await offered(started)));
  ledger.refusing = () => LATCHED;
  assert.equal((await browser.submit(me, 'Remove')).status, 503);
  assert.notEqual(started.parts.links.find(MEMBER), undefined);
});
