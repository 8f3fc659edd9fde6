import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err, ok } from '#result.ts';
import type { Provider } from '#signin/providers/provider.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import type { FakeBrowser } from '#test/fakes/browser.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';
import { ADA } from '#test/fakes/provider.ts';
import { CLIENT_BACK, startSignInSite } from '#test/fakes/sign-in-site.ts';
import type { SignInSite } from '#test/fakes/sign-in-site.ts';

const BACK = { stopAt: CLIENT_BACK };
const sendOff = async (site: SignInSite, browser: FakeBrowser, issuer = 'okta', button = 'Okta'): Promise<string> => {
  const page = await browser.open(site.page());
  const sent = await browser.submit(page, `Sign in with ${button}`, {}, { stopAt: `https://${issuer}.example.com` });
  return sent.url;
};
const reasons = (site: SignInSite): readonly (string | undefined)[] => {
  site.parts.refusals.flush(true);
  return site.parts.gateway.ledger.unwaited.map((entry) => headerOf(entry).reason);
};

test('an answer that another browser got, or that nobody asked for, signs nobody in (login CSRF)', async (t) => {
  const site = await startSignInSite(t);
  const [attacker, victim] = [createFakeBrowser(), createFakeBrowser()];
  const sent = await sendOff(site, attacker);
  let asked = 0;
  site.okta.finish = async () => {
    asked += 1;
    return ok(ADA);
  };
  for (const url of [
    site.callback(sent),
    site.callback('https://x.example/?state='),
    site.callback('https://x.example/?state=forged'),
  ]) {
    const page = await victim.open(url, BACK);
    assert.deepEqual([page.status, /begun in another browser/.test(page.words)], [400, true]);
  }
  assert.deepEqual([asked, site.signIns.size, site.acts()], [0, 0, []]);
  assert.deepEqual(victim.cookies(site.origin), {});
  assert.ok(reasons(site).includes('foreign_callback'));
});

test('the answer of one issuer at the address of another signs nobody in (mix-up)', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const sent = await sendOff(site, browser, 'partners', 'Partners');
  assert.equal((await browser.open(site.callback(sent, 'okta'), BACK)).status, 400);
  assert.equal(site.signIns.size, 0);
  assert.equal((await browser.open(site.callback(sent, 'partners'), BACK)).url, `${CLIENT_BACK}?code=granted`);
});

test('an answer counts once, also when its cookie is brought back', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const sent = await sendOff(site, browser);
  const kept = Object.entries(browser.cookies(site.origin)).find(([name]) => name.startsWith('gatebook-way-'));
  await browser.open(site.callback(sent), BACK);
  assert.equal(site.signIns.size, 1);

  assert.equal((await browser.open(site.callback(sent), BACK)).status, 400, 'the cookie is gone');
  browser.setCookie(site.origin, ...(kept ?? ['', '']));
  const page = await browser.open(site.callback(sent), { stopAt: `${site.origin}/signin/interaction` });
  assert.match(page.url, /trouble=used/);
  assert.equal(site.signIns.size, 1);
});

test('two processes that get one answer at the same moment sign in once', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const sent = await sendOff(site, browser);
  const stop = { stopAt: `${site.origin}/signin/interaction` };
  const pages = await Promise.all([browser.open(site.callback(sent), stop), browser.open(site.callback(sent), stop)]);
  assert.deepEqual(pages.map(({ url }) => /agreed=|trouble=used/.exec(url)?.[0] ?? url).toSorted(), [
    'agreed=',
    'trouble=used',
  ]);
  assert.equal(site.signIns.size, 1);
});

test('ten minutes after it set out, the browser has to set out again', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const sent = await sendOff(site, browser);
  site.clock.nowMs += 10 * 60_000;
  assert.equal((await browser.open(site.callback(sent), BACK)).status, 400);
});

test('a state that comes twice is none', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const sent = await sendOff(site, browser);
  assert.equal((await browser.open(`${site.callback(sent)}&state=x`, BACK)).status, 400);
});

test('whoever signs in gets a session of a new name, and the one they came with is over (fixation)', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const planted = 'A'.repeat(43);
  browser.setCookie(site.origin, 'gatebook', planted);
  await browser.open(site.callback(await sendOff(site, browser)), BACK);
  const first = browser.cookies(site.origin)['gatebook'];
  assert.notEqual(first, planted);

  await browser.open(site.callback(await sendOffAgain(site, browser)), BACK);
  assert.notEqual(browser.cookies(site.origin)['gatebook'], first);
  const thief = createFakeBrowser();
  thief.setCookie(site.origin, 'gatebook', first ?? '');
  assert.match((await thief.open(site.page(), BACK)).words, /Sign in with Okta/);
});

async function sendOffAgain(site: SignInSite, browser: FakeBrowser): Promise<string> {
  const page = await browser.open(`${site.origin}/signin?to=/me`);
  return (await browser.submit(page, 'Sign in with Okta', {}, { stopAt: 'https://okta.example.com' })).url;
}

test('what the issuer says against it is told on the page one came from, with what to do', async (t) => {
  const site = await startSignInSite(t);
  const rows = [
    ['issuer_denied', /Okta did not let you sign in/],
    ['groups_truncated', /Okta does not tell all of them/],
    ['response_invalid', /does not belong to this sign-in/],
  ] as const;
  for (const [fault, words] of rows) {
    const browser = createFakeBrowser();
    site.okta.finish = async () => err(fault);
    const page = await browser.open(site.callback(await sendOff(site, browser)), BACK);
    assert.match(page.words, words);
    assert.match(page.words, /Sign in with Okta/, 'try again');
  }
  assert.deepEqual([site.signIns.size, site.acts()], [0, []]);
  assert.deepEqual(
    rows.filter(([fault]) => !reasons(site).includes(fault)),
    [],
  );
});

test('the issuer’s answer is judged with the secrets this browser set out with', async (t) => {
  const site = await startSignInSite(t);
  const browser = createFakeBrowser();
  const seen: Parameters<Provider['finish']>[] = [];
  site.okta.finish = async (...asked) => {
    seen.push(asked);
    return ok(ADA);
  };
  const sent = await sendOff(site, browser);
  await browser.open(site.callback(sent), BACK);
  const [[query, way] = []] = seen;
  assert.equal(way?.state, new URL(sent).searchParams.get('state'));
  assert.equal(query?.get('code'), 'c');
  assert.equal(new Set([way.state, way.nonce, way.codeVerifier]).size, 3);
});

test('a sign-in that cannot be recorded is none', async (t) => {
  const site = await startSignInSite(t);
  site.parts.gateway.ledger.refusing = (entry) => (entry?.st === 'sign_in' ? LATCHED : undefined);
  const browser = createFakeBrowser();
  const page = await browser.open(site.callback(await sendOff(site, browser)), BACK);
  assert.match(page.words, /has to be recorded/);
  assert.equal(site.signIns.size, 0);
  assert.equal(browser.cookies(site.origin)['gatebook'], undefined);
});

test('the sign-in is durable in the book before there is one', async (t) => {
  const site = await startSignInSite(t);
  const order: string[] = [];
  site.parts.gateway.ledger.durable = ({ st }) => void order.push(`${st ?? ''} ${site.signIns.size}`);
  const browser = createFakeBrowser();
  await browser.open(site.callback(await sendOff(site, browser)), BACK);
  assert.deepEqual(order, ['sign_in 0', 'consent 1']);
});
