/** The pages of signing in, in a real browser: from a client's link to its answer, by everybody, on a phone and in the dark. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { barriersOf, browserMissing, openBrowser } from './browser.ts';
import type { BrowserOptions } from './browser.ts';
import { directToken, openRig as open, signInAtIssuer } from './page-rig.ts';
import type { SignInGateway } from './sign-in-site.ts';

const skip = browserMissing() ?? false;
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A program on the person's machine that waits for its answer. */
async function nativeClient(t: TestContext, site: SignInGateway) {
  const answered = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    response.end('<!doctype html><html lang="en"><title>Done</title><h1>You can close this page</h1></html>');
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/cb') answered.resolve(url);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`;
  const registered = await fetch(`${site.origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Tester’s editor',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  assert.equal(registered.status, 201, await registered.clone().text());
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const link = new URL(`${site.origin}/oauth/authorize`);
  link.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    resource: site.url('files'),
    state: 'mine',
  }).toString();
  return { link: link.href, answered: answered.promise };
}

for (const [name, options] of [
  ['at a desk', {}],
  ['on a phone in the dark', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
] as const satisfies readonly (readonly [string, BrowserOptions])[])
  test(
    `a person signs in ${name}, and no page keeps anybody out or asks anything of strangers`,
    { skip },
    async (t) => {
      const { site, page, faults } = await open(t, options);
      const { link, answered } = await nativeClient(t, site);
      await page.goto(link);
      const words = await page.innerText('main');
      assert.match(words, /Tester’s editor/);
      assert.match(words, /127\.0\.0\.1/);
      assert.match(words, /files/);
      assert.deepEqual(await barriersOf(page), []);
      const isWide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
      assert.equal(isWide, false, 'the page can be read without scrolling sideways');
      await page.getByRole('button', { name: /^Sign in with/ }).click();
      await signInAtIssuer(page);
      const back = await answered;
      assert.equal(back.searchParams.get('state'), 'mine');
      assert.ok(back.searchParams.get('code'));

      await page.goto(`${site.origin}/me`);
      assert.match(await page.innerText('main'), /ada@example\.com/);
      assert.deepEqual(await barriersOf(page), []);
      await page.goto(`${site.origin}/device`);
      assert.deepEqual(await barriersOf(page), []);
      assert.deepEqual(faults, []);
    },
  );

test('an approver decides on the page of a request, and the same call then passes', { skip }, async (t) => {
  const { site, page, faults } = await open(
    t,
    { viewport: { width: 360, height: 740 } },
    {
      rules: `[{ name: hold, when: 'method == "tools/call" && name == "read_text_file"', then: hold, approvers: ["idp:leads"] }]`,
      limits: { approvalHoldMs: 0 },
    },
  );
  site.people.push({ login: 'lena@example.com', password: 'demo', uid: '00u4lena', groups: ['leads'] });
  const token = await directToken(site);
  const call = async (): Promise<string> => {
    const response = await fetch(site.url('files'), {
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
        params: { name: 'read_text_file', arguments: { path: 'hello.txt' } },
      }),
    });
    return response.text();
  };
  const [link = ''] = /http:\/\/127\.0\.0\.1:\d+\/approvals\/apr_[a-z2-7]{26}/.exec(await call()) ?? [];
  await page.goto(link);
  await page.getByRole('button', { name: /^Sign in with/ }).click();
  await signInAtIssuer(page, 'lena@example.com');
  await page.waitForURL(link);
  while (!(await page.innerText('main')).includes('hello.txt')) await page.reload();
  assert.match(await page.innerText('main'), /00u1ada/);
  assert.deepEqual(await barriersOf(page), []);
  await page.fill('textarea', 'ticket 17');
  await page.getByRole('button', { name: 'Approve' }).click();
  assert.match(await page.innerText('main'), /You approved it\./);
  assert.match(await call(), /hello from a file/);
  assert.deepEqual(faults, []);
});

test('everything can be done with the keyboard alone', { skip }, async (t) => {
  const { site, page } = await open(t);
  const { link, answered } = await nativeClient(t, site);
  await page.goto(link);
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate('document.activeElement?.textContent ?? ""');
    if (String(focused).trim().startsWith('Sign in with')) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.origin !== site.origin);
  await signInAtIssuer(page);
  assert.ok((await answered).searchParams.get('code'));
});

test('no page of signing in can be shown inside another', { skip }, async (t) => {
  const { site, page } = await open(t);
  const { link } = await nativeClient(t, site);
  const frame = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Prize</title><iframe src="${link.replaceAll('&', '&amp;')}"></iframe>`);
  });
  await new Promise<void>((resolve) => {
    frame.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    frame.close();
    frame.closeAllConnections();
  });
  await page.goto(`http://127.0.0.1:${(frame.address() as AddressInfo).port}/`);
  await page.waitForLoadState('networkidle');
  const inside = page.frames().filter((one) => one !== page.mainFrame());
  for (const one of inside) assert.equal(await one.locator('form').count(), 0);
});

test('what keeps people out would be seen', { skip }, async (t) => {
  const context = await openBrowser(t);
  const page = await context.newPage();
  await page.setContent('<html><body><input><p style="color:#999;background:#fff">faint</p></body></html>');
  const rules = (await barriersOf(page)).map((line) => line.split(' ', 1)[0]);
  for (const rule of ['label', 'color-contrast', 'document-title', 'html-has-lang'])
    assert.ok(rules.includes(rule), rule);
});
