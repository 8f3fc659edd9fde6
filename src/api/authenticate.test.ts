import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from '#api/authenticate.ts';
import type { Headers } from '#gateway/call.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { err, ok } from '#result.ts';
import { createSessionCookie } from '#signin/session-cookie.ts';
import type { Present } from '#signin/web-session.ts';
import { AUDITOR_TOKEN, apiParts } from '#test/fakes/api.ts';
import { ADA, ADA_TOKEN, fakeGateway, idOf } from '#test/fakes/gateway.ts';

const arrival = { id: idOf(1), source: '::1', method: 'GET', path: '/api', signal: new AbortController().signal };
const parts = apiParts(fakeGateway());
const said = async (...rawHeaders: string[]): Promise<string> => {
  const known = await authenticate(arrival, rawHeaders, parts);
  return known.ok ? known.value.verified.caller.subject : `${known.error.code} ${known.error.reason}`;
};

test('only one bearer token for the API says who asks', async () => {
  assert.equal(await said('Authorization', `Bearer ${AUDITOR_TOKEN}`), 'ada');
  assert.equal(await said(), 'unauthenticated missing');
  assert.equal(await said('Authorization', `Bearer ${ADA_TOKEN}`), 'unauthenticated wrong_audience');
  assert.equal(await said('Authorization', `Basic ${AUDITOR_TOKEN}`), 'unauthenticated not_bearer');
  assert.equal(
    await said('Authorization', `Bearer ${AUDITOR_TOKEN}`, 'authorization', `Bearer ${AUDITOR_TOKEN}`),
    'unauthenticated duplicate_authorization',
  );
});

test('keys that cannot be had are the gateway’s trouble, not the caller’s', async () => {
  const gateway = fakeGateway();
  const later = apiParts(gateway);
  gateway.identity.verifyForApi = async () => ({ ok: false, error: 'keys_unavailable' });
  const known = await authenticate(arrival, ['authorization', 'Bearer x'], { ...later, identity: gateway.identity });
  assert.equal(known.ok ? '' : known.error.code, 'identity_unavailable');
});

const VALUE = 'V'.repeat(43);
const CSRF = 'csrf-of-ada';
const COOKIE = ['Cookie', `__Host-gatebook=${VALUE}`];
const HERE = ['Sec-Fetch-Site', 'same-origin'];
const OWN = ['Origin', 'https://mcp.example.com'];

/** Ada in a browser. */
function browser(state: { isFresh?: boolean; over?: boolean; untold?: boolean } = {}) {
  const gateway = fakeGateway();
  const present = { csrf: CSRF } as Present;
  gateway.identity.verifyWebSession = (value) =>
    value === VALUE
      ? ok(asVerified({ caller: ADA, issuedAtMs: 0, expiresAtMs: 1, tokenDigest: 'd', own: 'web_session' }))
      : err('unknown_token');
  const cookie = createSessionCookie('https://mcp.example.com');
  const web = {
    isShown: (headers: Headers) => cookie.isShown(headers),
    value: (headers: Headers) => cookie.read(headers),
    find: () => (state.over === true ? undefined : present),
    isToken: (_present: Present, shown: string) => shown === CSRF,
    isFresh: () => state.isFresh ?? false,
    check: async () => state.untold !== true,
  };
  const withBrowser = { ...apiParts(gateway, { web }), publicUrl: 'https://mcp.example.com' };
  return async (method: string, ...rawHeaders: readonly string[]): Promise<string> => {
    const known = await authenticate({ ...arrival, method }, rawHeaders, withBrowser);
    if (!known.ok) return `${known.error.code} ${known.error.reason}`;
    return `${known.value.verified.caller.subject} ${known.value.isFresh === true ? 'fresh' : 'stale'}`;
  };
}

test('a browser that is signed in reads from our own pages, and changes with the token that only they know', async () => {
  const asked = browser();
  assert.equal(await asked('GET', ...COOKIE, ...HERE), 'ada stale');
  assert.equal(await asked('POST', ...COOKIE, ...HERE, ...OWN, 'X-Gatebook-CSRF', CSRF), 'ada stale');
  assert.equal(await browser({ isFresh: true })('GET', ...COOKIE, ...HERE), 'ada fresh');
});

test('while it cannot be told whether a person may still sign in, their browser does nothing', async () => {
  const answer = await browser({ untold: true })('GET', ...COOKIE, ...HERE);
  assert.equal(answer, 'identity_unavailable revocations_unknown');
});

test('what another page made the browser ask is refused, whatever else it says', async () => {
  const asked = browser();
  for (const site of ['cross-site', 'same-site', 'none'])
    for (const method of ['GET', 'POST'])
      assert.equal(
        await asked(method, ...COOKIE, 'Sec-Fetch-Site', site, 'X-Gatebook-CSRF', CSRF),
        'forbidden_origin cookie_fetch_site',
      );
  for (const origin of ['null', 'https://evil.example', 'https://mcp.example.com.evil.example'])
    assert.equal(
      await asked('POST', ...COOKIE, ...HERE, 'Origin', origin, 'X-Gatebook-CSRF', CSRF),
      'forbidden_origin cookie_origin',
    );
});

test('a change without the token of this very session is refused', async () => {
  const asked = browser();
  for (const method of ['POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'get'])
    assert.equal(await asked(method, ...COOKIE, ...HERE, ...OWN), 'forbidden_origin csrf_token', method);
  for (const token of [
    ['X-Gatebook-CSRF', 'other'],
    ['X-Gatebook-CSRF', ''],
    ['X-Gatebook-CSRF', CSRF, 'x-gatebook-csrf', CSRF],
  ])
    assert.equal(await asked('POST', ...COOKIE, ...HERE, ...OWN, ...token), 'forbidden_origin csrf_token');
});

test('a browser that does not say where it comes from shows the token also to read', async () => {
  const asked = browser();
  assert.equal(await asked('GET', ...COOKIE), 'forbidden_origin cookie_unsaid');
  assert.equal(await asked('GET', ...COOKIE, 'X-Gatebook-CSRF', 'other'), 'forbidden_origin csrf_token');
  assert.equal(await asked('GET', ...COOKIE, 'X-Gatebook-CSRF', CSRF), 'ada stale');
  assert.equal(await asked('POST', ...COOKIE, 'X-Gatebook-CSRF', CSRF), 'forbidden_origin cookie_unsaid');
});

test('a cookie and a token at once are nobody, even if both are good and the same person’s', async () => {
  const asked = browser();
  for (const authorization of [`Bearer ${AUDITOR_TOKEN}`, 'Bearer x', 'Basic eDp5', ''])
    assert.equal(
      await asked('GET', ...COOKIE, ...HERE, 'Authorization', authorization),
      'unauthenticated cookie_and_token',
      authorization,
    );
  assert.equal(
    await asked('GET', 'Cookie', '__Host-gatebook=bad', ...HERE, 'Authorization', `Bearer ${AUDITOR_TOKEN}`),
    'unauthenticated cookie_and_token',
  );
  assert.equal(await asked('GET', 'Cookie', 'other=1', 'Authorization', `Bearer ${AUDITOR_TOKEN}`), 'ada stale');
});

test('a cookie of no session, two of them, and one that is over are nobody', async () => {
  const asked = browser();
  for (const cookie of ['__Host-gatebook=short', `__Host-gatebook=${VALUE}; __Host-gatebook=${VALUE}`])
    assert.equal(await asked('GET', 'Cookie', cookie, ...HERE), 'unauthenticated web_session_unknown');
  const other = `__Host-gatebook=${'W'.repeat(43)}`;
  assert.equal(await asked('GET', 'Cookie', other, ...HERE), 'unauthenticated web_session_unknown_token');
  assert.equal(await browser({ over: true })('GET', ...COOKIE, ...HERE), 'unauthenticated web_session_over');
});

test('a cookie’s value is no token, and where nobody signs in a cookie is nothing', async () => {
  assert.equal(await browser()('GET', 'Authorization', `Bearer ${VALUE}`), 'unauthenticated wrong_audience');
  assert.equal(await said(...COOKIE, ...HERE), 'unauthenticated missing');
  assert.equal(await said(...COOKIE, 'Authorization', `Bearer ${AUDITOR_TOKEN}`), 'ada');
});
