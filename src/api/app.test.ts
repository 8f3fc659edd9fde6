import assert from 'node:assert/strict';
import { test } from 'node:test';
import { route } from '#api/call.ts';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import { ROUTES } from '#api/routes.ts';
import { ok } from '#result.ts';
import { AUDITOR_TOKEN, by, listenApi } from '#test/fakes/api.ts';

const GET = { method: 'GET', headers: by(AUDITOR_TOKEN) };

test('a path that would have to be decoded or resolved first is no path of the API', async (t) => {
  const { ask, gateway } = await listenApi(t, ROUTES);
  assert.equal((await ask({ ...GET, path: '/api/v1/checkpoint' })).status, 200);
  for (const path of [
    '/api',
    '/api/',
    '/api/v1/checkpoint/',
    '/api//v1/checkpoint',
    '/api/v1/%63heckpoint',
    '/api/v1/x/../checkpoint',
    '/api/./v1/checkpoint',
    '/api/v1/checkpoint;x',
    '/api/v1/checkpoint%00',
    '/api/v1\\checkpoint',
    '/API/v1/checkpoint',
    '/api/../mcp/notes',
    '/api/v2/checkpoint',
  ])
    assert.equal((await ask({ ...GET, path })).status, 404, path);
  assert.deepEqual([gateway.ledger.entries, gateway.upstream.sent], [[], []]);
});

test('what is no path of the API goes where it went before', async (t) => {
  const { ask, gateway } = await listenApi(t, ROUTES);
  assert.equal((await ask({ method: 'GET', path: '/healthz' })).status, 200);
  assert.equal((await ask({ method: 'GET', path: '/apiary' })).status, 404);
  await ask({ path: '/mcp/notes' });
  assert.equal(gateway.upstream.sent.length, 1);
});

test('another method is refused with those there are, and HEAD is another method', async (t) => {
  const { ask } = await listenApi(t, ROUTES);
  for (const method of ['POST', 'HEAD', 'OPTIONS', 'DELETE']) {
    const answer = await ask({ method, path: '/api/v1/checkpoint', headers: by(AUDITOR_TOKEN) });
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET'], method);
  }
});

test('no other origin is let in, and no answer says that one might be', async (t) => {
  const { ask } = await listenApi(t, ROUTES);
  const from = async (origin: string) => {
    const { status, headers } = await ask({ ...GET, path: '/api/v1/checkpoint', headers: { ...GET.headers, origin } });
    return [status, headers['access-control-allow-origin']];
  };
  assert.deepEqual(await from('https://evil.example'), [403, undefined]);
  assert.deepEqual(await from('https://console.example'), [200, undefined]);
});

test('metadata and document are for everybody, and name the issuers with tokens for the API', async (t) => {
  const { ask } = await listenApi(t, ROUTES);
  const json = async (path: string): Promise<Record<string, unknown>> => {
    const { status, text } = await ask({ method: 'GET', path });
    assert.equal(status, 200);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const metadata = await json('/.well-known/oauth-protected-resource/api');
  assert.deepEqual(
    [metadata['resource'], metadata['authorization_servers']],
    ['https://mcp.example/api', ['https://issuer.example']],
  );
  const document = await json('/api/openapi.json');
  assert.deepEqual(Object.keys(document['paths'] ?? {}), [
    ...new Set(ROUTES.map(({ operation }) => operation.path as string)),
  ]);
});

test('a Host header that is none is refused without reaching an endpoint', async (t) => {
  let served = 0;
  const { ask } = await listenApi(t, [route(getCheckpoint, () => ok({ json: (served += 1) }))]);
  const { status } = await ask({ ...GET, path: '/api/v1/checkpoint', headers: { ...GET.headers, host: 'a b' } });
  assert.deepEqual([status, served], [400, 0]);
});

test('every answer is for its asker alone', async (t) => {
  const { ask } = await listenApi(t, ROUTES);
  for (const path of ['/api/v1/checkpoint', '/api/v1/nowhere', '/api/openapi.json'])
    assert.equal((await ask({ ...GET, path })).headers['cache-control'], 'no-store', path);
});
