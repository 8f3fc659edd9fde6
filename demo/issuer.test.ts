import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDemoIssuer } from './issuer.ts';

const people = [{ login: 'ada@example.com', password: 'pw', uid: '00u1ada', groups: ['support'] }];
const clients = [{ id: 'nightly', secret: 's3cret-s3cret', allowsPasswords: true }];
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function askToken(
  url: string,
  form: Record<string, string>,
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('nightly:s3cret-s3cret')}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

test('the demo issuer gives tokens with the claims Okta gives', async (t) => {
  const issuer = await startDemoIssuer({
    port: 0,
    audiences: { mcp: 'https://gateway.example', api: 'https://gateway.example/api' },
    people,
    clients,
  });
  t.after(() => issuer.close());

  await t.test('a service account has no uid and no groups', async () => {
    const { body } = await askToken(issuer.url, { grant_type: 'client_credentials', scope: 'mcp' });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['cid'], 'nightly');
    assert.equal(claims['sub'], 'nightly');
    assert.equal(claims['aud'], 'https://gateway.example');
    assert.deepEqual(claims['scp'], ['mcp']);
    assert.equal('uid' in claims || 'groups' in claims, false);
  });

  await t.test('a person has uid and groups', async () => {
    const { body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'pw',
    });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['uid'], '00u1ada');
    assert.equal(claims['sub'], 'ada@example.com');
    assert.deepEqual(claims['groups'], ['support']);
  });

  await t.test('a token for the API is asked for by its scope, and is for nothing else', async () => {
    const { body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'pw',
      scope: 'api',
    });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(claims['aud'], 'https://gateway.example/api');
    assert.deepEqual(claims['scp'], ['api']);
  });

  await t.test('a wrong password gets no token', async () => {
    const { status, body } = await askToken(issuer.url, {
      grant_type: 'password',
      username: 'ada@example.com',
      password: 'no',
    });
    assert.equal(status, 400);
    assert.equal(body['access_token'], undefined);
  });
});
