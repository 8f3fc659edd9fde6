/** Service accounts at the token endpoint of a whole gateway: by a secret, by a signature, and by nothing else. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';

const CALL = JSON.stringify(toolCall('get_note'));
const SECRET = 'a-secret-of-forty-characters-and-no-less';

const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PUBLIC = signing.publicKey.export({ type: 'spki', format: 'pem' });

function start(t: TestContext): Promise<TestGateway> {
  return startTestGateway(t, {
    signIn: {},
    files: { '/reporter.pem': PUBLIC, '/secret': SECRET },
    policy: `levels:
  use: { allow: ["tools/call:*"] }
grants:
  - { clients: ["gatebook:deployer", "gatebook:reporter"], connections: [notes, masked], level: use }
serviceAccounts:
  deployer: { owner: "idp:00uida", purpose: tests, connections: [notes], secret: "file:/secret" }
  reporter: { owner: "idp:00uida", purpose: tests, publicKeys: /reporter.pem }
  keyed: { owner: "idp:00uida", purpose: tests }
`,
  });
}

type Answer = { readonly status: number; readonly json: Readonly<Record<string, unknown>> };

async function ask(
  gateway: TestGateway,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.origin}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: gateway.url('notes'),
      ...parameters,
    }).toString(),
  });
  return { status: response.status, json: (await response.json()) as Answer['json'] };
}

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Assertion = {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: KeyObject;
  /** In place of a signature by the key. */
  readonly signature?: (input: string) => string;
};

function assertionFor(
  gateway: TestGateway,
  { header, claims, key = signing.privateKey, signature }: Assertion = {},
): string {
  const now = Math.floor(Date.now() / 1_000);
  const input = `${part({ alg: 'ES256', ...header })}.${part({
    iss: 'reporter',
    sub: 'reporter',
    aud: gateway.origin,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  })}`;
  const signed =
    signature?.(input) ?? sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return `${input}.${signed}`;
}

const askSigned = (gateway: TestGateway, assertion: string, more: Readonly<Record<string, string>> = {}) =>
  ask(gateway, {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...more,
  });

const bearer = ({ json }: Answer) => ({ authorization: `Bearer ${String(json['access_token'])}` });

test('a secret, in the header or in the body, gives a token for one connection and no refresh token, and the book has both', async (t) => {
  const gateway = await start(t);
  const [inHeader, inBody] = [
    await ask(gateway, {}, basic('deployer', SECRET)),
    await ask(gateway, { client_id: 'deployer', client_secret: SECRET }),
  ];
  for (const answer of [inHeader, inBody]) {
    assert.equal(answer.status, 200, JSON.stringify(answer.json));
    assert.deepEqual([answer.json['refresh_token'], answer.json['id_token']], [undefined, undefined]);
    assert.equal(answer.json['token_type'], 'Bearer');
    assert.ok(Number(answer.json['expires_in']) <= 600);
    assert.equal((await gateway.post('notes', CALL, bearer(answer))).status, 200);
    assert.equal((await gateway.post('masked', CALL, bearer(answer))).status, 401);
    assert.equal((await gateway.api('/api/v1/events', String(answer.json['access_token']))).status, 401);
  }
  const issued = await gateway.recordWhere(({ leaf }) => leaf.st === 'token_issued');
  assert.deepEqual([issued.header?.caller?.subject, issued.header?.connection], ['deployer', 'notes']);
  const intent = await gateway.recordWhere(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual([intent.header?.caller?.subject, intent.header?.client?.id], ['deployer', 'gatebook:deployer']);
  const written = JSON.stringify(await gateway.records()) + gateway.log();
  for (const secret of [SECRET, String(inHeader.json['access_token'])]) assert.ok(!written.includes(secret));
});

test('without a resource there is a clear error where there are several connections, and an unknown one is none', async (t) => {
  const gateway = await start(t);
  for (const resource of ['', 'https://else.example/mcp/notes', `${gateway.origin}/api`]) {
    const answer = await ask(gateway, { resource }, basic('deployer', SECRET));
    assert.deepEqual([answer.status, answer.json['error']], [400, 'invalid_target'], resource);
  }
});

test('a token for a connection that its account may not reach opens nothing there', async (t) => {
  const gateway = await start(t);
  const answer = await ask(gateway, { resource: gateway.url('masked') }, basic('deployer', SECRET));
  if (answer.status === 200) assert.equal((await gateway.post('masked', CALL, bearer(answer))).status, 404);
  else assert.equal(answer.json['error'], 'invalid_target');
});

test('a wrong secret, no secret, an account with API keys alone, one that is not there: all the same answer', async (t) => {
  const gateway = await start(t);
  const answers = [
    await ask(gateway, {}, basic('deployer', `${SECRET}x`)),
    await ask(gateway, { client_id: 'deployer' }),
    await ask(gateway, {}, basic('keyed', SECRET)),
    await ask(gateway, {}, basic('nobody', SECRET)),
    await ask(gateway, {}, basic('reporter', SECRET)),
  ];
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json['error']]),
    answers.map(() => [401, 'invalid_client']),
  );
  assert.equal(new Set(answers.map(({ json }) => JSON.stringify(json))).size, 1);
});

test('a signed assertion gives a token, once: the same again gives none, also when both come at once', async (t) => {
  const gateway = await start(t);
  const assertion = assertionFor(gateway);
  const first = await askSigned(gateway, assertion);
  assert.equal(first.status, 200, JSON.stringify(first.json));
  assert.equal((await gateway.post('notes', CALL, bearer(first))).status, 200);
  assert.equal((await askSigned(gateway, assertion)).json['error'], 'invalid_client');
  const raced = assertionFor(gateway);
  const statuses = (await Promise.all(Array.from({ length: 6 }, () => askSigned(gateway, raced)))).map(
    ({ status }) => status,
  );
  assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join());
});

test('an assertion that is not signed with the account’s own key, for us alone, by itself and for minutes is none', async (t) => {
  const gateway = await start(t);
  const now = Math.floor(Date.now() / 1_000);
  for (const [what, assertion] of [
    ['alg none', { header: { alg: 'none' }, signature: () => '' }],
    [
      'HS256 with the public key as the secret',
      {
        header: { alg: 'HS256' },
        signature: (input: string) => createHmac('sha256', PUBLIC).update(input).digest('base64url'),
      },
    ],
    ['another key', { key: other.privateKey }],
    [
      'another key, brought along',
      { key: other.privateKey, header: { jwk: other.publicKey.export({ format: 'jwk' }) } },
    ],
    ['another issuer', { claims: { iss: 'deployer' } }],
    ['about another', { claims: { sub: 'deployer' } }],
    ['another audience', { claims: { aud: 'https://else.example' } }],
    ['an audience too many', { claims: { aud: [gateway.origin, 'https://else.example'] } }],
    ['over', { claims: { iat: now - 200, exp: now - 100 } }],
    ['for an hour', { claims: { exp: now + 3_600 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without an id', { claims: { jti: undefined } }],
  ] as const) {
    const answer = await askSigned(gateway, assertionFor(gateway, assertion));
    assert.equal(answer.json['access_token'], undefined, what);
    assert.ok([400, 401].includes(answer.status), `${what}: ${answer.status}`);
  }
  assert.equal((await askSigned(gateway, assertionFor(gateway))).status, 200);
});

test('an account whose last day is over, or that is gone, gets no token, and what it had ends', async (t) => {
  for (const change of [
    (text: string) => text.replace('connections: [notes], secret', 'connections: [notes], until: 2001-01-01, secret'),
    (text: string) => text.replaceAll('deployer', 'renamed'),
  ]) {
    const gateway = await start(t);
    const before = await ask(gateway, {}, basic('deployer', SECRET));
    assert.equal((await gateway.post('notes', CALL, bearer(before))).status, 200);
    const reloaded = await gateway.reload(change);
    assert.ok(reloaded.ok, JSON.stringify(reloaded));
    const after = await ask(gateway, {}, basic('deployer', SECRET));
    assert.deepEqual([after.status, after.json['error']], [401, 'invalid_client']);
    assert.equal((await gateway.post('notes', CALL, bearer(before))).status, 401);
  }
});

test('an account cannot ask for what people ask for: no code, no refreshing, no device', async (t) => {
  const gateway = await start(t);
  for (const grant_type of ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']) {
    const answer = await ask(
      gateway,
      {
        grant_type,
        code: 'x',
        refresh_token: 'x',
        device_code: 'x',
        redirect_uri: 'http://127.0.0.1/cb',
        code_verifier: 'v'.repeat(43),
      },
      basic('deployer', SECRET),
    );
    assert.deepEqual(
      [answer.status, answer.json['error_description']],
      [400, 'requested grant type is not allowed for this client'],
      JSON.stringify(answer.json),
    );
  }
});
