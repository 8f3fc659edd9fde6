import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { readClientKey } from '#oauth/own-key.ts';
import { createOpenidProvider } from '#signin/providers/openid-provider.ts';
import type { ProviderSettings } from '#signin/providers/openid-provider.ts';
import type { Proof, Provider, WayBack } from '#signin/providers/provider.ts';
import { startOpenidIssuer } from '#test/fakes/openid-issuer.ts';
import type { OpenidIssuer } from '#test/fakes/openid-issuer.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';
const unpredictable = (): string => randomBytes(32).toString('base64url');
const newWay = (): WayBack => ({ state: unpredictable(), nonce: unpredictable(), codeVerifier: unpredictable() });

type Site = {
  readonly issuer: OpenidIssuer;
  readonly provider: Provider;
  readonly clock: { nowMs: number };
  /** To the issuer, and back with what it sent. */
  readonly goThere: (way: WayBack, proof?: Proof) => Promise<URLSearchParams>;
  readonly signIn: (proof?: Proof) => ReturnType<Provider['finish']>;
};

async function openSite(t: TestContext, changes: Partial<ProviderSettings> = {}, preset = 'okta'): Promise<Site> {
  const issuer = await startOpenidIssuer();
  t.after(() => issuer.close());
  const clock = { nowMs: Date.now() };
  const provider = createOpenidProvider({
    settings: {
      issuer: { namespace: 'okta', preset: preset as 'okta', issuer: issuer.url, audiences: [], groupsClaim: 'groups' },
      label: 'Okta',
      clientId: 'gatebook',
      authentication: { secret: 'upstream-secret' },
      scopes: undefined,
      groupsFrom: 'id_token',
      ...changes,
    },
    publicUrl: PUBLIC_URL,
    fetch: (url, init) => fetch(url, init),
    limits: { ...LIMITS, issuerFetchMs: 1_000 },
    now: () => clock.nowMs,
  });
  const goThere: Site['goThere'] = async (way, proof = 'any') => {
    const url = await provider.authorizationUrl(way, proof);
    assert.ok(url.ok, url.ok ? '' : url.error);
    const response = await fetch(url.value, { redirect: 'manual' });
    return new URL(response.headers.get('location') ?? '').searchParams;
  };
  const signIn: Site['signIn'] = async (proof = 'any') => {
    const way = newWay();
    return provider.finish(await goThere(way, proof), way, { proof, begunAtMs: Date.now() });
  };
  return { issuer, provider, clock, goThere, signIn };
}

test('the browser is sent with state, nonce and a challenge, and the scopes that the issuer has', async (t) => {
  const { issuer, goThere } = await openSite(t);
  const way = newWay();
  await goThere(way);
  const [asked] = issuer.seen.authorize;
  assert.equal(asked?.get('state'), way.state);
  assert.equal(asked?.get('nonce'), way.nonce);
  assert.equal(asked?.get('code_challenge_method'), 'S256');
  assert.notEqual(asked?.get('code_challenge'), way.codeVerifier);
  assert.equal(asked?.get('scope'), 'openid profile groups offline_access');
  assert.equal(asked?.get('redirect_uri'), `${PUBLIC_URL}/signin/callback/okta`);
  assert.equal(asked?.get('prompt'), null);
});

test('a person comes back with subject and groups, and what is needed to ask again', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.claims = { groups: ['mcp-admins'], email: 'ada@example.com', preferred_username: 'ada' };
  const person = await signIn();
  assert.ok(person.ok);
  const { subject, login, groups, tokens } = person.value;
  assert.deepEqual([subject, login, groups, tokens.sub], ['00u1ada', 'ada', ['okta:mcp-admins'], '00u1ada']);
  assert.equal(typeof tokens.refresh, 'string');
  assert.equal(tokens.access, undefined);
});

test('five hundred groups come through whole', async (t) => {
  const { issuer, signIn } = await openSite(t, {}, 'generic');
  const names = Array.from({ length: 500 }, (_, at) => `department-with-a-long-name-${at}`);
  issuer.claims = { groups: names };
  const person = await signIn();
  assert.ok(person.ok);
  assert.deepEqual(
    person.value.groups,
    names.map((name) => `okta:${name}`),
  );
});

test('no groups at all is nobody’s fault', async (t) => {
  const { signIn } = await openSite(t);
  const person = await signIn();
  assert.ok(person.ok);
  assert.deepEqual(person.value.groups, []);
});

test('groups can be asked of userinfo', async (t) => {
  const { issuer, signIn } = await openSite(t, { groupsFrom: 'userinfo' });
  issuer.userinfo = { groups: ['from-userinfo'] };
  const person = await signIn();
  assert.ok(person.ok);
  assert.deepEqual(person.value.groups, ['okta:from-userinfo']);
});

test('userinfo about somebody else is refused', async (t) => {
  const { issuer, signIn } = await openSite(t, { groupsFrom: 'userinfo' });
  issuer.userinfo = { sub: '00u2grace', groups: ['admins'] };
  assert.deepEqual(await signIn(), { ok: false, error: 'response_invalid' });
});

test('a list of groups that the issuer cut off is refused', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.claims = { groups: Array.from({ length: 100 }, (_, at) => `g${at}`) };
  assert.deepEqual(await signIn(), { ok: false, error: 'groups_truncated' });
});

test('Entra’s word that the groups are elsewhere is refused', async (t) => {
  const { issuer, signIn } = await openSite(t, {}, 'entra');
  for (const overage of [{ _claim_names: { groups: 'src1' } }, { hasgroups: true }]) {
    issuer.claims = { oid: 'object-1', ...overage };
    assert.deepEqual(await signIn(), { ok: false, error: 'groups_truncated' });
  }
});

test('at Entra a person is their object id, whatever the subject for this application is', async (t) => {
  const { issuer, signIn } = await openSite(t, {}, 'entra');
  issuer.claims = { sub: 'pairwise-1', oid: 'object-1' };
  const person = await signIn();
  assert.ok(person.ok);
  assert.deepEqual([person.value.subject, person.value.tokens.sub], ['object-1', 'pairwise-1']);
});

/** What an issuer, or somebody between, may try; each ends the sign-in. */
const LIES: Readonly<Record<string, (issuer: OpenidIssuer) => void>> = {
  'a nonce of another sign-in': (issuer) => (issuer.claims = { nonce: 'another' }),
  'no nonce': (issuer) => (issuer.claims = { nonce: undefined }),
  'an ID token of another client': (issuer) => (issuer.claims = { aud: 'another-client' }),
  'an ID token of another issuer': (issuer) => (issuer.claims = { iss: 'https://evil.example' }),
  'an ID token that is over': (issuer) => (issuer.claims = { exp: Math.floor(Date.now() / 1_000) - 3_600 }),
  'an ID token signed by another': (issuer) => (issuer.forges = true),
  'no ID token': (issuer) => (issuer.tokens = { id_token: undefined }),
  'another state': (issuer) => (issuer.back = { state: 'another' }),
  'another `iss` beside the code (RFC 9207)': (issuer) => (issuer.back = { iss: 'https://evil.example' }),
  'no `iss`, where the issuer says it sends one': (issuer) => (issuer.back = { iss: undefined }),
  'a code that it does not know': (issuer) => (issuer.back = { code: 'another' }),
};
for (const [lie, tell] of Object.entries(LIES))
  test(`${lie} signs nobody in`, async (t) => {
    const { issuer, signIn } = await openSite(t);
    tell(issuer);
    assert.deepEqual(await signIn(), { ok: false, error: 'response_invalid' });
  });

test('a claim that stands in the ID token twice signs nobody in', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.spelled = (payload) => payload.replace('"sub":', '"sub":"00u2grace","sub":');
  assert.deepEqual(await signIn(), { ok: false, error: 'response_invalid' });
});

test('an empty or invisible subject is nobody', async (t) => {
  const { issuer, signIn } = await openSite(t, {}, 'entra');
  for (const oid of ['', 'ad\u202ea', undefined, 7]) {
    issuer.claims = { oid };
    assert.deepEqual(await signIn(), { ok: false, error: 'subject_invalid' });
  }
});

test('an e-mail address is shown and never who somebody is', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.claims = { sub: '00u9mallory', email: 'ada@example.com', preferred_username: 'ada@example.com' };
  const person = await signIn();
  assert.ok(person.ok);
  assert.equal(person.value.subject, '00u9mallory');
});

test('whoever is to prove again who they are must have done so since', async (t) => {
  const { issuer, signIn } = await openSite(t);
  assert.equal((await signIn('fresh')).ok, true);
  assert.equal(issuer.seen.authorize.at(-1)?.get('max_age'), '0');
  assert.equal(issuer.seen.authorize.at(-1)?.get('prompt'), 'login');
  issuer.claims = { auth_time: Math.floor(Date.now() / 1_000) - 3_600 };
  assert.deepEqual(await signIn('fresh'), { ok: false, error: 'fresh_unproven' });
  issuer.claims = { auth_time: undefined };
  assert.deepEqual(await signIn('fresh'), { ok: false, error: 'fresh_unproven' });
});

test('the issuer’s own no is told apart from trouble', async (t) => {
  const { issuer, signIn, provider } = await openSite(t);
  const rows = [
    [{ error: 'access_denied', code: undefined }, 'issuer_denied'],
    [{ error: 'unauthorized_client', code: undefined }, 'issuer_setup'],
    [{ error: 'temporarily_unavailable', code: undefined }, 'issuer_unreachable'],
  ] as const;
  for (const [back, fault] of rows) {
    issuer.back = back;
    assert.deepEqual(await signIn(), { ok: false, error: fault });
  }
  issuer.back = {};
  const answers = [
    [{ status: 401, body: { error: 'invalid_client' } }, 'issuer_setup'],
    [{ status: 503, body: { error: 'invalid_grant' } }, 'issuer_unreachable'],
    [{ status: 429, body: { error: 'invalid_grant' } }, 'issuer_unreachable'],
    [{ status: 400, body: { error: 'invalid_grant' } }, 'response_invalid'],
    [{ status: 503, body: 'no' }, 'issuer_unreachable'],
    [{ status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } }, 'issuer_setup'],
    ['hang', 'issuer_unreachable'],
  ] as const;
  for (const [answer, fault] of answers) {
    issuer.tokenAnswer = answer;
    assert.deepEqual(await signIn(), { ok: false, error: fault }, JSON.stringify(answer));
  }
  assert.equal(provider.label, 'Okta');
});

test('an answer without an end is not read to its end', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.tokenAnswer = { status: 200, body: { access_token: 'x'.repeat(LIMITS.issuerDocumentBytes) } };
  assert.deepEqual(await signIn(), { ok: false, error: 'issuer_unreachable' });
});

test('an issuer under another name, or with endpoints that are not its own to protect, is not gone to', async (t) => {
  const { issuer, provider } = await openSite(t);
  const wrong = [
    { issuer: `${issuer.url}/` },
    { issuer: 'https://evil.example' },
    { authorization_endpoint: 'http://evil.example/authorize' },
    { authorization_endpoint: undefined },
  ];
  for (const metadata of wrong) {
    issuer.metadata = metadata;
    const way = newWay();
    assert.equal((await provider.authorizationUrl(way, 'any')).ok, false, JSON.stringify(metadata));
  }
});

test('a token endpoint elsewhere without TLS gets neither code nor secret', async (t) => {
  const { issuer, signIn } = await openSite(t);
  issuer.metadata = { token_endpoint: 'http://gatebook.example/token' };
  assert.deepEqual(await signIn(), { ok: false, error: 'issuer_unreachable' });
  assert.equal(issuer.seen.token.length, 0);
});

test('the client authenticates as the issuer wants it: secret in header or form, a signed assertion, or nothing', async (t) => {
  const basic = await openSite(t);
  await basic.signIn();
  assert.equal(basic.issuer.seen.token[0]?.authorization, `Basic ${btoa('gatebook:upstream%2Dsecret')}`);

  const post = await openSite(t);
  post.issuer.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
  await post.signIn();
  assert.equal(post.issuer.seen.token[0]?.form.get('client_secret'), 'upstream-secret');

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = readClientKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  assert.ok(key.ok);
  const signed = await openSite(t, { authentication: { key: key.value } });
  await signed.signIn();
  const form = signed.issuer.seen.token[0]?.form;
  assert.equal(form?.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  assert.equal(form.get('client_assertion')?.split('.').length, 3);

  const open = await openSite(t, { authentication: undefined });
  await open.signIn();
  assert.equal(open.issuer.seen.token[0]?.authorization, undefined);
  assert.equal(open.issuer.seen.token[0]?.form.get('client_id'), 'gatebook');
});

test('asked again, the issuer says who is still there, with the groups of now and another refresh token', async (t) => {
  const { issuer, provider, signIn } = await openSite(t);
  const person = await signIn();
  assert.ok(person.ok);
  issuer.claims = { groups: ['promoted'] };
  const again = await provider.checkAgain(person.value.tokens, person.value.subject);
  assert.ok(again.ok);
  assert.deepEqual(again.value.groups, ['okta:promoted']);
  assert.notEqual(again.value.tokens.refresh, person.value.tokens.refresh);
  assert.deepEqual(await provider.checkAgain(person.value.tokens, person.value.subject), {
    ok: false,
    error: 'issuer_denied',
  });
});

test('an issuer that rotates nothing keeps the refresh token it gave', async (t) => {
  const { issuer, provider, signIn } = await openSite(t);
  const person = await signIn();
  assert.ok(person.ok);
  issuer.tokens = { refresh_token: undefined };
  const again = await provider.checkAgain(person.value.tokens, person.value.subject);
  assert.ok(again.ok);
  assert.equal(again.value.tokens.refresh, person.value.tokens.refresh);
});

test('a refresh that brings no ID token is followed by a look at userinfo', async (t) => {
  const { issuer, provider, signIn } = await openSite(t);
  const person = await signIn();
  assert.ok(person.ok);
  issuer.tokens = { id_token: undefined };
  issuer.userinfo = { groups: ['of-now'] };
  const again = await provider.checkAgain(person.value.tokens, person.value.subject);
  assert.ok(again.ok);
  assert.deepEqual(again.value.groups, ['okta:of-now']);
  assert.equal(issuer.seen.userinfo, 1);
});

test('a refresh that is about somebody else is refused', async (t) => {
  const { issuer, provider, signIn } = await openSite(t);
  const person = await signIn();
  assert.ok(person.ok);
  issuer.claims = { sub: '00u2grace' };
  assert.deepEqual(await provider.checkAgain(person.value.tokens, person.value.subject), {
    ok: false,
    error: 'response_invalid',
  });
});

test('where there is no refresh token, userinfo is asked as long as the access token lasts', async (t) => {
  const { issuer, provider, signIn } = await openSite(t);
  issuer.tokens = { refresh_token: undefined };
  const person = await signIn();
  assert.ok(person.ok);
  assert.equal(person.value.tokens.access, 'upstream-access');
  assert.equal((await provider.checkAgain(person.value.tokens, person.value.subject)).ok, true);
  issuer.userinfoAnswer = { status: 401, body: {}, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  assert.deepEqual(await provider.checkAgain(person.value.tokens, person.value.subject), {
    ok: false,
    error: 'issuer_denied',
  });
});

test('metadata is asked for once in a while, and stands in while the issuer cannot be asked', async (t) => {
  const { issuer, clock, signIn } = await openSite(t);
  await signIn();
  await signIn();
  assert.equal(issuer.seen.metadata, 1);
  clock.nowMs += LIMITS.issuerKeysFreshMs;
  issuer.metadataAnswer = { status: 500, body: {} };
  assert.equal((await signIn()).ok, true);
  assert.equal(issuer.seen.metadata, 2, 'once, although two asked');
  clock.nowMs += LIMITS.issuerKeysStaleMs;
  await assert.rejects(signIn(), /issuer_unreachable/);
});
