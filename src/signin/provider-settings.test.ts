import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startAuthorizationServer } from '#test/fakes/authorization-server.ts';

it('metadata says what there is, under our own name whatever name it was asked by, at both places', async (t) => {
  const server = await startAuthorizationServer(t);
  const { url } = server;
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'worse.example', 'x-forwarded-proto': 'https' };
    const answer = await server.ask({ method: 'GET', path, headers });
    const metadata = JSON.parse(answer.text) as Record<string, unknown>;
    assert.equal(metadata['issuer'], url);
    for (const [name, at] of Object.entries({
      authorization_endpoint: '/oauth/authorize',
      token_endpoint: '/oauth/token',
      registration_endpoint: '/oauth/register',
      revocation_endpoint: '/oauth/revoke',
      jwks_uri: '/oauth/jwks',
      pushed_authorization_request_endpoint: '/oauth/par',
      device_authorization_endpoint: '/oauth/device',
    }))
      assert.equal(metadata[name], `${url}${at}`);
    assert.deepEqual(metadata['code_challenge_methods_supported'], ['S256']);
    assert.deepEqual(metadata['response_types_supported'], ['code']);
    assert.deepEqual(metadata['response_modes_supported'], ['query']);
    assert.equal(metadata['authorization_response_iss_parameter_supported'], true);
    assert.equal(metadata['client_id_metadata_document_supported'], true);
    assert.equal(metadata['userinfo_endpoint'], undefined);
    assert.equal(metadata['end_session_endpoint'], undefined);
    assert.deepEqual(
      new Set(metadata['grant_types_supported'] as string[]),
      new Set([
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
      ]),
    );
  }
});

it('the key that signs ID tokens is published without its private half', async (t) => {
  const server = await startAuthorizationServer(t);
  const { keys } = (await (await server.get('/oauth/jwks')).json()) as { keys: Record<string, unknown>[] };
  assert.deepEqual(
    keys.map((key) => [key['alg'], 'd' in key]),
    [['ES256', false]],
  );
});

it('what is not offered is not there', async (t) => {
  const server = await startAuthorizationServer(t);
  const left = { userinfo: '/oauth/userinfo', session: '/session/end', confirm: '/oauth/introspection' };
  for (const path of Object.values(left)) {
    const { status } = await server.get(path);
    assert.equal(status, 404, path);
  }
});
