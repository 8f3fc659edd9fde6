/** Somebody whom the issuer let go, and nobody told us: what they still have open ends within a quarter of an hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeBrowser } from '../fakes/browser.ts';
import { startSignInGateway, walkThrough } from './sign-in-site.ts';

const MINUTE = 60_000;
const OLGA = 'olga@example.com';

test('a browser of somebody whom the issuer let go opens no page, no API and no client, and theirs who stayed goes on', async (t) => {
  const site = await startSignInGateway(t);
  const [gone, stayed] = [createFakeBrowser(), createFakeBrowser()];
  const enter = (browser: typeof gone, login: string) =>
    walkThrough(browser, `${site.origin}/signin?to=%2Fme`, { login, stopAt: `${site.origin}/me` });
  for (const [browser, login] of [
    [gone, OLGA],
    [stayed, 'ada@example.com'],
  ] as const)
    assert.equal((await enter(browser, login)).url, `${site.origin}/me`);
  const page = async (browser: typeof gone) => (await browser.open(`${site.origin}/me`)).url;
  const api = async (browser: typeof gone) => {
    const headers = { 'sec-fetch-site': 'same-origin' };
    return (await browser.send(`${site.origin}/api/v1/checkpoint`, { headers })).status;
  };
  assert.deepEqual([await page(gone), await api(gone)], [`${site.origin}/me`, 200]);

  site.people.pop();
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 15 * MINUTE });
  assert.equal(await api(gone), 401);
  assert.match(await page(gone), /\/signin\?to=%2Fme$/);
  assert.equal(await page(stayed), `${site.origin}/me`);
  const acts = (await site.records()).filter(({ leaf }) => leaf.kind === 'control').map(({ leaf }) => leaf.st);
  assert.equal(acts.filter((act) => act === 'sign_in_ended').length, 1);

  // Her browser asks for a client after the next quarter of an hour: she is asked about again, and may go on.
  t.mock.timers.tick(15 * MINUTE);
  const clientId = 'gatebook-cli';
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:9/callback',
    resource: site.url('notes'),
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  for (const [browser, button] of [
    [gone, /^Sign in/],
    [stayed, /^Allow/],
  ] as const) {
    const asked = await browser.open(`${site.origin}/oauth/authorize?${query.toString()}`);
    const buttons = asked.forms.flatMap((form) => Object.keys(form.buttons));
    assert.ok(
      buttons.some((words) => button.test(words)),
      buttons.join(', '),
    );
  }
});
