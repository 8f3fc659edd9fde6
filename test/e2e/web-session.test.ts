/** A browser, the command line and an admin at one gateway: who is signed in where, and out within a second. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Command } from 'commander';
import { register as eventsSearch } from '#cli/events-search.ts';
import type { CliIo } from '#cli/io.ts';
import { loginFile } from '#cli/login-file.ts';
import { login } from '#cli/login.ts';
import { register as logout } from '#cli/logout.ts';
import { createFakeBrowser } from '../fakes/browser.ts';
import type { FakeBrowser, Visit } from '../fakes/browser.ts';
import { runCommand } from '../fakes/cli.ts';
import { temporaryDirectory } from '../fakes/temporary-directory.ts';
import { startSignInGateway, walkThrough } from './sign-in-site.ts';
import type { SignInGateway } from './sign-in-site.ts';
import { until } from './until.ts';

const NINA = { login: 'nina@example.com', password: 'demo', uid: '00u4nina', groups: ['admins'] };
const ADA = 'ada@example.com';

async function start(t: TestContext): Promise<SignInGateway> {
  const site = await startSignInGateway(t);
  site.people.push(NINA);
  return site;
}

/** To `/me` by way of the issuer. */
async function signIn(
  site: SignInGateway,
  person: string,
  browser = createFakeBrowser(),
): Promise<{ browser: FakeBrowser; page: Visit }> {
  const asked = await browser.open(`${site.origin}/me`);
  const button = asked.forms
    .flatMap(({ buttons }) => Object.keys(buttons))
    .find((words) => words.startsWith('Sign in'));
  const issuer = await browser.submit(asked, button ?? '');
  const page = issuer.url.startsWith(site.issuerUrl)
    ? await browser.submit(issuer, 'Sign in', { login: person, password: 'demo' })
    : issuer;
  return { browser, page };
}

const csrfOf = ({ forms }: Visit): string => forms.find(({ fields }) => 'csrf' in fields)?.fields['csrf'] ?? '';

test('a person signs in for our own pages and is told who they are here', async (t) => {
  const site = await start(t);
  const { page, browser } = await signIn(site, ADA);
  assert.equal(page.url, `${site.origin}/me`);
  assert.match(page.words, /ada@example\.com.*00u1ada at http.*idp:support/);
  // Another tab, and coming back to the page, find the same session.
  assert.equal((await browser.open(`${site.origin}/me`)).status, 200);
  const out = await browser.submit(page, 'Sign out of this browser');
  assert.match(out.words, /You are signed out/);
  assert.notEqual((await browser.open(`${site.origin}/me`)).url, `${site.origin}/me`);
});

test('our own pages ask the API by the cookie; every other page, and /mcp, get nothing for it', async (t) => {
  const site = await start(t);
  const { page, browser } = await signIn(site, NINA.login);
  type Asking = {
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  const ask = async (path: string, { headers, ...asking }: Asking = {}) =>
    browser.send(`${site.origin}${path}`, {
      ...asking,
      headers: { 'sec-fetch-site': 'same-origin', origin: site.origin, ...headers },
    });
  assert.equal((await ask('/api/v1/checkpoint')).status, 200);
  assert.equal((await ask('/api/v1/checkpoint', { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
  const change = { method: 'POST', body: JSON.stringify({ scope: 'client', client: 'idp:x', reason: 'leaked' }) };
  const json = { 'content-type': 'application/json' };
  assert.equal((await ask('/api/v1/revocations', { ...change, headers: json })).status, 403);
  const own = { ...json, 'x-gatebook-csrf': csrfOf(page) };
  assert.equal((await ask('/api/v1/revocations', { ...change, headers: own })).status, 201);
  assert.equal((await ask('/mcp/notes', { method: 'POST', body: '{}', headers: own })).status, 401);
  const both = { ...own, authorization: 'Bearer x' };
  assert.match((await ask('/api/v1/revocations', { ...change, headers: both })).text, /send one of the two/);
});

test('a session that somebody planted in the browser does not become the person’s', async (t) => {
  const site = await start(t);
  const eve = await signIn(site, 'grace@example.com');
  const planted = eve.browser.cookies(site.origin)['gatebook'] ?? '';
  assert.match(planted, /^[\w-]{43}$/);
  const victim = createFakeBrowser();
  victim.setCookie(site.origin, 'gatebook', planted);
  // The page shows whose it is; the person signs in as themselves.
  const entry = await victim.open(`${site.origin}/signin?to=%2Fme&fresh=1`);
  const issuer = await victim.submit(entry, 'Sign in with Demo');
  const page = await victim.submit(issuer, 'Sign in', { login: ADA, password: 'demo' });
  assert.match(page.words, /ada@example\.com/);
  assert.notEqual(victim.cookies(site.origin)['gatebook'], planted);
  assert.notEqual((await eve.browser.open(`${site.origin}/me`)).url, `${site.origin}/me`);
});

/** A command line with a place of its own for logins. */
function commandLine(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const written = { stdout: '', stderr: '' };
  const io: CliIo = {
    env: { XDG_STATE_HOME: temporaryDirectory(t), ...env },
    cwd: '/',
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    exit: () => undefined,
  };
  const run = (register: (program: Command, io: CliIo) => void, args: readonly string[]) =>
    runCommand(register, args, { cwd: '/', env: io.env as Record<string, string> });
  return { io, written, run };
}

test('a command line without a browser signs in by a code that is typed elsewhere, asks the API, and is out when it says so', async (t) => {
  const site = await start(t);
  const { io, written, run } = commandLine(t);
  const loggingIn = login(io, { url: site.origin, device: true }, new AbortController().signal);
  await until(() => /[A-Z]{4}-[A-Z]{4}/.test(written.stderr));
  const [code = ''] = /[A-Z]{4}-[A-Z]{4}/.exec(written.stderr) ?? [];
  const { browser } = await signIn(site, NINA.login);
  const typed = await browser.submit(await browser.open(`${site.origin}/device`), 'Continue', { user_code: code });
  const confirmed = await browser.submit(typed, 'It is mine: continue');
  const done = await browser.submit(confirmed, 'Allow');
  assert.match(done.words, /is signed in/);
  assert.equal(await loggingIn, 0);

  const found = await run(eventsSearch, ['events', 'search', '--url', site.origin, '--json']);
  assert.deepEqual([found.code, found.stderr], [0, '']);
  const file = loginFile(io, site.origin);
  const kept = file?.read();
  assert.ok(kept?.ok === true && kept.value?.refreshToken !== undefined);
  // Old enough to be refreshed.
  file?.write({ ...kept.value, expiresAtMs: 0 });
  assert.equal((await run(eventsSearch, ['events', 'search', '--url', site.origin])).code, 0);
  const mcp = await fetch(site.url('notes'), {
    method: 'POST',
    headers: { authorization: `Bearer ${kept.value.accessToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  assert.equal(mcp.status, 401, 'a token for the API opens no connection');

  const newest = file?.read();
  assert.ok(newest?.ok === true && newest.value !== undefined);
  assert.equal((await run(logout, ['logout', '--url', site.origin])).code, 0);
  const after = await fetch(`${site.origin}/api/v1/checkpoint`, {
    headers: { authorization: `Bearer ${newest.value.accessToken}` },
  });
  assert.equal(after.status, 401);
});

test(
  'a command line with a browser gets its code on this machine',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const site = await start(t);
    const folder = temporaryDirectory(t);
    const [program, out] = [join(folder, 'xdg-open'), join(folder, 'address')];
    writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > '${out}.new' && mv '${out}.new' '${out}'\n`);
    chmodSync(program, 0o700);
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${folder}:${path}`;
    t.after(() => (process.env['PATH'] = path));
    const { io } = commandLine(t, { DISPLAY: ':0' });
    const loggingIn = login(io, { url: site.origin }, new AbortController().signal);
    await until(() => existsSync(out));
    const address = readFileSync(out, 'utf8');
    const stopAt = new URL(address).searchParams.get('redirect_uri') ?? '';
    const back = await walkThrough(createFakeBrowser(), address, { login: NINA.login, stopAt });
    assert.equal((await fetch(back.url)).status, 200);
    assert.equal(await loggingIn, 0);
  },
);

/** A stream of the connection `notes` that stays open. */
async function openStream(site: SignInGateway, token: string) {
  site.server.answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': open\n\n');
  };
  const response = await fetch(site.url('notes'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow', arguments: {} } }),
  });
  return { status: response.status, ended: response.text().catch(() => 'cut') };
}

test('an admin ends a sign-in, and its stream ends in the middle, its token and its browser are out', async (t) => {
  const site = await start(t);
  const nina = await signIn(site, NINA.login);
  const ada = await signIn(site, ADA);
  const token = await accessTokenOf(site, ada.browser);
  const stream = await openStream(site, token);
  assert.equal(stream.status, 200);
  const api = (path: string, method = 'GET') =>
    nina.browser.send(`${site.origin}/api/v1/${path}`, {
      method,
      headers: { 'sec-fetch-site': 'same-origin', origin: site.origin, 'x-gatebook-csrf': csrfOf(nina.page) },
    });
  const [found] = JSON.parse((await api('sign-ins?subject=00u1ada')).text) as readonly {
    id: string;
    clients: unknown[];
  }[];
  assert.equal(found?.clients.length, 1);
  const endedAt = performance.now();
  assert.equal((await api(`sign-ins/${found?.id ?? ''}`, 'DELETE')).status, 200);
  await stream.ended;
  // Far from the second that is promised, so that a slow machine does not matter.
  assert.ok(performance.now() - endedAt < 10_000);
  assert.equal((await openStream(site, token)).status, 401);
  assert.notEqual((await ada.browser.open(`${site.origin}/me`)).url, `${site.origin}/me`);
  const acts = (await site.records()).filter(({ leaf }) => leaf.kind === 'control').map(({ leaf }) => leaf.st);
  assert.ok(acts.includes('sign_in_ended'));
});

/** As a program of Ada's gets it, with her browser. */
async function accessTokenOf(site: SignInGateway, browser: FakeBrowser): Promise<string> {
  const back = 'http://127.0.0.1:9/callback';
  const registered = await fetch(`${site.origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Test', redirect_uris: [back], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: back,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: site.url('notes'),
    state: 's',
  });
  const { url } = await walkThrough(browser, `${site.origin}/oauth/authorize?${asked.toString()}`, { stopAt: back });
  const answer = await fetch(`${site.origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: new URL(url).searchParams.get('code') ?? '',
      redirect_uri: back,
      code_verifier: verifier,
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

test('a person takes a program’s access away at their page, and it is out at once', async (t) => {
  const site = await start(t);
  const { browser } = await signIn(site, ADA);
  const token = await accessTokenOf(site, browser);
  const stream = await openStream(site, token);
  const page = await browser.open(`${site.origin}/me`);
  assert.match(page.words, /Programs.*Test.*may use: notes/);
  await browser.submit(page, 'Take away');
  await stream.ended;
  assert.equal((await openStream(site, token)).status, 401);
  assert.equal((await browser.open(`${site.origin}/me`)).status, 200);
});
