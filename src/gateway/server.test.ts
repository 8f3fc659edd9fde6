import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createInForce } from '#gateway/in-force.ts';
import { createGatewayServer, createListener } from '#gateway/server.ts';
import { LIMITS } from '#limits.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import { LATCHED } from '#test/fakes/ledger.ts';

test('the process is healthy as long as it answers; it is ready while the book takes records and issuers have keys', async (t) => {
  const gateway = fakeGateway();
  const { ask } = await listenGateway(t, gateway);
  const state = async () => {
    const { status, text } = await ask({ method: 'GET', path: '/readyz' });
    return [status, JSON.parse(text)];
  };
  assert.deepEqual(await state(), [200, { ready: true, ledger: 'ok', issuers: { okta: 'ok' } }]);
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await state(), [503, { ready: false, ledger: 'latched', issuers: { okta: 'ok' } }]);
  gateway.ledger.refusing = () => undefined;
  gateway.identity.ready = () => [
    { issuer: 'https://issuer.example', namespace: 'okta', usable: false, reason: 'unreachable' },
  ];
  assert.deepEqual(await state(), [503, { ready: false, ledger: 'ok', issuers: { okta: 'unreachable' } }]);
  assert.equal((await ask({ method: 'GET', path: '/healthz' })).status, 200);
});

test('a gateway that drains is not ready', async (t) => {
  const gateway = fakeGateway();
  const { ask } = await listenGateway(t, gateway);
  gateway.drain();
  assert.equal((await ask({ method: 'GET', path: '/readyz' })).status, 503);
});

test('the metadata of a connection tells nobody whether it exists', async (t) => {
  const { ask } = await listenGateway(t, fakeGateway());
  const metadata = async (name: string) => {
    const { status, text } = await ask({ method: 'GET', path: `/.well-known/oauth-protected-resource/mcp/${name}` });
    return [status, text.replaceAll(name, 'NAME')];
  };
  const known = await metadata('notes');
  assert.equal(known[0], 200);
  assert.deepEqual(await metadata('nowhere'), known);
});

test('what is not served is not there, and touches neither book nor server', async (t) => {
  const gateway = fakeGateway();
  const { ask } = await listenGateway(t, gateway);
  for (const path of [
    '/',
    '/mcp',
    '/mcp/',
    '/mcp/notes/',
    '/mcp/Notes',
    '/mcp/../mcp/notes',
    '/mcp/a%2fb',
    '/mcp//notes',
    `/mcp/${'a'.repeat(64)}`,
  ])
    assert.equal((await ask({ path })).status, 404, path);
  assert.equal((await ask({ method: 'POST', path: '/healthz' })).status, 404);
  assert.deepEqual([gateway.ledger.entries, gateway.ledger.unwaited, gateway.upstream.sent], [[], [], []]);
});

test('a request of no HTTP version that is spoken here is answered nowhere, not even where nothing is secret', async (t) => {
  const inForce = createInForce(fakeGateway());
  const { server } = createGatewayServer(inForce, createListener(inForce));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const statusOf = (line: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString().slice(9, 12)));
      socket.write(`${line}\r\nHost: a\r\nConnection: close\r\n\r\n`);
    });
  assert.equal(await statusOf('GET /healthz HTTP/1.1'), '200');
  for (const line of ['GET /healthz', 'GET /healthz HTTP/2.0', 'GET /healthz HTTP/1.1\r\nHost: b'])
    assert.equal(await statusOf(line), '400', line);
});

test('a token in the query is not read', async (t) => {
  const { ask } = await listenGateway(t, fakeGateway());
  const answer = await ask({
    path: '/mcp/notes?access_token=token-of-ada-0123456789',
    headers: { authorization: 'none' },
  });
  assert.equal(answer.status, 401);
});

test('the bounds of a connection are those of the limits', () => {
  const gateway = fakeGateway({
    limits: { clientConnections: 8, headersReceiveMs: 900, requestReceiveMs: 1_000, keepAliveMs: 11 },
  });
  const inForce = createInForce(gateway);
  const { server } = createGatewayServer(inForce, createListener(inForce));
  assert.deepEqual(
    [
      server.maxHeadersCount,
      server.maxConnections,
      server.headersTimeout,
      server.requestTimeout,
      server.keepAliveTimeout,
    ],
    [0, 8 + LIMITS.refusedConnections, 900, 1_000, 11],
  );
  server.close();
});
