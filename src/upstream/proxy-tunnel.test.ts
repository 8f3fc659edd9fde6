import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Agent, request } from 'undici';
import { basicAuthorization } from '#upstream/proxy-choice.ts';
import { tunnelConnector } from '#upstream/proxy-tunnel.ts';
import { createTestAuthority } from '#test/fakes/certificates.ts';
import { startConnectProxy } from '#test/fakes/connect-proxy.ts';
import { startTlsFront } from '#test/fakes/tls-front.ts';

const authority = createTestAuthority();
const SECRET = 'a-credential-of-the-server';

async function prepare(t: TestContext, authorization?: string, timeoutMs = 5_000) {
  const server = createServer((asked, response) => response.end(`hello ${asked.headers.authorization}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [front, proxy] = await Promise.all([startTlsFront(port, authority.issue(['mcp.test'])), startConnectProxy()]);
  proxy.routes.set('mcp.test:443', front.port).set('mcp.test:80', port);
  const agent = new Agent({
    connect: tunnelConnector({ url: new URL(proxy.url), authorization }, { ca: authority.ca }, timeoutMs),
  });
  t.after(async () => {
    await agent.destroy();
    await Promise.all([front.close(), proxy.close()]);
    server.closeAllConnections();
    server.close();
  });
  const ask = async (url: string): Promise<string> => {
    const { body } = await request(url, { dispatcher: agent, headers: { authorization: SECRET } });
    return body.text();
  };
  return { ask, proxy };
}

const code = (expected: string | RegExp) => (error: unknown) => {
  assert.match(String((error as { code?: unknown }).code), new RegExp(expected));
  return true;
};

test('TLS goes through the tunnel: the proxy sees a host and a port, its own password and nothing of the exchange', async (t) => {
  const { ask, proxy } = await prepare(t, basicAuthorization('gate', 'way'));
  assert.equal(await ask('https://mcp.test/mcp'), `hello ${SECRET}`);
  assert.deepEqual(proxy.asked, [{ authority: 'mcp.test:443', authorization: 'Basic Z2F0ZTp3YXk=' }]);
  assert.ok(proxy.seen().length > 0);
  assert.doesNotMatch(proxy.seen(), new RegExp(SECRET));
});

test('a server in clear is reached through a tunnel too', async (t) => {
  const { ask, proxy } = await prepare(t);
  assert.match(await ask('http://mcp.test/'), /hello/);
  assert.deepEqual(proxy.asked, [{ authority: 'mcp.test:80', authorization: undefined }]);
});

test('the certificate behind the tunnel must be for the server that was asked for', async (t) => {
  const { ask, proxy } = await prepare(t);
  proxy.routes.set('other.test:443', proxy.routes.get('mcp.test:443') ?? 0);
  await assert.rejects(ask('https://other.test/'), code('ERR_TLS_CERT_ALTNAME_INVALID'));
});

test('a proxy that refuses, is silent or is not there is told apart, without its words', async (t) => {
  const { ask, proxy } = await prepare(t, undefined, 300);
  await assert.rejects(ask('https://forbidden.test/'), code('PROXY_STATUS_403'));
  proxy.isSilent = true;
  await assert.rejects(ask('https://mcp.test/'), code('UND_ERR_CONNECT_TIMEOUT'));
  await proxy.close();
  await assert.rejects(ask('https://mcp.test/'), code('ECONNREFUSED'));
});
