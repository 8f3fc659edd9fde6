import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askTokens, readMetadata, revokeToken } from '#cli/oauth-requests.ts';
import { startLoginServer } from '#test/fakes/login-server.ts';

test('a gateway is believed that calls itself by the address it was asked at', async (t) => {
  const server = await startLoginServer(t);
  const metadata = await readMetadata(`${server.origin}/`);
  assert.equal(metadata.ok && metadata.value.token_endpoint, `${server.origin}/oauth/token`);
});

test('one that calls itself otherwise, or sends codes elsewhere, is not', async (t) => {
  const server = await startLoginServer(t);
  const said = async (metadata: Record<string, unknown>): Promise<string> => {
    server.metadata = metadata;
    const read = await readMetadata(server.origin);
    return read.ok ? 'believed' : read.error;
  };
  assert.match(await said({ issuer: 'https://mcp.example.com' }), /calls itself https:\/\/mcp\.example\.com: use that/);
  assert.match(await said({ issuer: '\u001b[31mhttps://x' }), /^[\x20-\x7e]*$/);
  for (const name of [
    'authorization_endpoint',
    'token_endpoint',
    'device_authorization_endpoint',
    'revocation_endpoint',
  ])
    for (const place of ['https://evil.example/token', '//evil.example', 'javascript:alert(1)', ''])
      assert.match(await said({ [name]: place }), /names endpoints elsewhere/, `${name} ${place}`);
  assert.match(await said({ token_endpoint: 7 }), /is no gateway/);
  assert.match(await said({ token_endpoint: undefined }), /is no gateway/);
});

test('what the server says is a failure with its code, printable, and silence one without', async (t) => {
  const server = await startLoginServer(t);
  server.device.push('slow_down\u001b[2J');
  const places = { url: server.origin, tokenEndpoint: `${server.origin}/oauth/token` };
  const failed = await askTokens(places, { grant_type: 'device' }, () => 0);
  assert.match(failed.ok ? '' : failed.error.message, /^slow_down \[2J$/);
  const silent = await askTokens({ ...places, tokenEndpoint: 'http://127.0.0.1:1/' }, {}, () => 0);
  assert.equal(silent.ok ? '' : silent.error.code, undefined);
});

test('a token is taken back at the gateway, and it is said when that could not be', async (t) => {
  const server = await startLoginServer(t);
  const login = { url: server.origin, accessToken: 'a', expiresAtMs: 0, tokenEndpoint: '' };
  assert.equal(
    await revokeToken({ ...login, refreshToken: 'r', revocationEndpoint: `${server.origin}/oauth/revoke` }),
    true,
  );
  assert.equal(await revokeToken({ ...login, revocationEndpoint: `${server.origin}/oauth/revoke` }), true);
  assert.deepEqual(server.revoked, ['r', 'a']);
  assert.equal(await revokeToken({ ...login, revocationEndpoint: 'http://127.0.0.1:1/' }), false);
  assert.equal(await revokeToken(login), false);
});
