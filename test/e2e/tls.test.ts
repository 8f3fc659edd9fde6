/** TLS on every side of a real process: towards clients, MCP servers, issuers, and through a proxy. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect as connectClear } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Agent, fetch } from 'undici';
import { createTestAuthority, writePair } from '../fakes/certificates.ts';
import { startConnectProxy } from '../fakes/connect-proxy.ts';
import { startTlsFront } from '../fakes/tls-front.ts';
import { gatebook, prepareSite, until } from './site.ts';
import type { Answer, Site } from './site.ts';

const authority = createTestAuthority();

type SecureSite = {
  readonly site: Site;
  readonly files: { readonly cert: string; readonly key: string };
  readonly call: () => Promise<Answer>;
  /** Serial number of the certificate shown now. */
  readonly shown: (options?: ConnectionOptions) => Promise<string>;
};

async function prepareSecure(t: TestContext, more = ''): Promise<SecureSite> {
  const site = await prepareSite(t);
  const files = writePair(site.folder, 'server', authority.issue(['127.0.0.1']));
  site.write(more, (text) =>
    text.replace(
      /server: \{ listen: ([\d.:]+) \}/,
      `server: { listen: $1, publicUrl: "https://$1", tls: { cert: server.crt, key: "file:server.key" } }`,
    ),
  );
  const dispatcher = new Agent({ pipelining: 0, connect: { ca: authority.ca } });
  t.after(() => dispatcher.close());
  return {
    site,
    files,
    call: async () =>
      fetch(`https://127.0.0.1:${site.port}/mcp/parcels`, {
        dispatcher,
        method: 'POST',
        headers: { authorization: `Bearer ${await site.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'find', arguments: {} } }),
      }),
    shown: async (options = {}) => {
      const socket = await handshake(site, options);
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    },
  };
}

function handshake(site: Site, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: site.port, ca: authority.ca, ...options }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });
}

test('clients are served by TLS 1.2 and 1.3 alone, with the certificate of the configuration', async (t) => {
  const { site, call } = await prepareSecure(t);
  const serving = await site.serve();
  assert.match(await (await call()).text(), /hello/);
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await handshake(site, {
      minVersion: version,
      maxVersion: version,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    assert.deepEqual([socket.getProtocol(), socket.alpnProtocol], [version, 'http/1.1']);
    socket.destroy();
  }
  await assert.rejects(handshake(site, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }));
  await assert.rejects(globalThis.fetch(`http://127.0.0.1:${site.port}/healthz`));
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);
});

test('a client cannot make the server negotiate again', async (t) => {
  const { site } = await prepareSecure(t);
  await site.serve();
  const socket = await handshake(site, { maxVersion: 'TLSv1.2' });
  const refused = new Promise<unknown>((resolve) => {
    socket.once('error', resolve);
    socket.once('close', resolve);
    socket.renegotiate({}, (error) => resolve(error ?? 'negotiated again'));
  });
  assert.notEqual(await refused, 'negotiated again');
});

test('a new certificate is taken when its files change, without a signal; a half changed pair is told and not used', async (t) => {
  const { site, files, shown, call } = await prepareSecure(t, 'limits: { tlsPollMs: 100 }\n');
  const serving = await site.serve();
  const first = await shown();
  const next = authority.issue(['127.0.0.1']);
  writeFileSync(files.cert, next.cert);
  await serving.logged(/server\.tls\.key: does not work with the certificate \(\w+\); the one before stays in use/);
  assert.equal(await shown(), first);
  writeFileSync(files.key, next.key);
  await serving.logged(/a new certificate is in use/);
  assert.notEqual(await shown(), first);
  assert.equal((await call()).status, 200);
  assert.doesNotMatch(serving.log(), /PRIVATE KEY/);
});

test('SIGHUP takes a new certificate with the rest, and nothing of a reload whose certificate does not work', async (t) => {
  const { site, files, shown } = await prepareSecure(t);
  const serving = await site.serve();
  const first = await shown();
  const next = authority.issue(['127.0.0.1']);
  writeFileSync(files.key, next.key);
  serving.child.kill('SIGHUP');
  await serving.logged(/server\.tls\.key: does not work with the certificate/);
  await serving.logged(/was not reloaded/);
  assert.equal(await shown(), first);
  writeFileSync(files.cert, next.cert);
  serving.child.kill('SIGHUP');
  await serving.logged(/"server\.tls \(certificate\)"/);
  assert.notEqual(await shown(), first);
});

test('a certificate that ends soon is told at the start', async (t) => {
  const { site } = await prepareSecure(t);
  writePair(site.folder, 'server', authority.issue(['127.0.0.1'], Date.now() + 5 * 24 * 3_600_000));
  const serving = await site.serve();
  await serving.logged(/the certificate of server\.tls ends soon/);
});

test('a handshake that is not finished is cut, and holds up no stop', async (t) => {
  const { site } = await prepareSecure(t, 'limits: { tlsHandshakeMs: 1000 }\n');
  const serving = await site.serve();
  const slow = connectClear(site.port, '127.0.0.1');
  t.after(() => slow.destroy());
  const cut = new Promise((resolve) => slow.once('close', resolve));
  slow
    .on('error', () => undefined)
    .resume()
    .write(Buffer.from([22, 3, 1]));
  await cut;
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);

  const patient = await prepareSecure(t, 'limits: { tlsHandshakeMs: 120000 }\n');
  const stopped = await patient.site.serve();
  const held = connectClear(patient.site.port, '127.0.0.1');
  t.after(() => held.destroy());
  held.on('error', () => undefined).write(Buffer.from([22, 3, 1]));
  await new Promise((resolve) => held.once('connect', resolve));
  await patient.call();
  stopped.child.kill('SIGTERM');
  assert.equal(await stopped.ended, 0);
});

test('config check tries the certificate; beyond loopback TLS is enough', async (t) => {
  const { site, files } = await prepareSecure(t);
  assert.equal(gatebook('config', 'check', '--config', site.config).status, 0);
  site.write('', (text) =>
    text.replace(
      /server: \{.*\}/,
      'server: { listen: 0.0.0.0:8443, publicUrl: "https://a.test", tls: { cert: server.crt, key: "file:server.key" } }',
    ),
  );
  assert.equal(gatebook('config', 'check', '--config', site.config).status, 0);
  writeFileSync(files.key, authority.issue(['a.test']).key);
  const checked = gatebook('config', 'check', '--config', site.config);
  assert.equal(checked.status, 1);
  assert.match(checked.stderr, /gatebook\.yaml:3:\d+: server\.tls\.key: does not work with the certificate/);
});

test('a server with a private authority that wants a certificate gets the gateway’s own, and no other server is met', async (t) => {
  const site = await prepareSite(t);
  const clients = createTestAuthority('Authority of clients');
  const port = Number(new URL(site.server.url).port);
  const front = await startTlsFront(port, {
    ...authority.issue(['127.0.0.1', 'mcp.internal']),
    requestCert: true,
    rejectUnauthorized: true,
    ca: clients.ca,
  });
  t.after(() => front.close());
  writePair(site.folder, 'gateway', clients.issue(['gateway']));
  writeFileSync(join(site.folder, 'ca.crt'), authority.ca);
  const withTls = (tls: string) => (text: string) =>
    text.replace(`url: "${site.server.url}" }`, `url: "https://127.0.0.1:${front.port}/mcp"${tls} }`);
  const own = 'ca: ca.crt, cert: gateway.crt, key: "file:gateway.key"';
  site.write('', withTls(`, tls: { ${own} }`));
  const serving = await site.serve({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  assert.match(await (await site.call('one')).text(), /hello/);
  assert.deepEqual(front.shown, ['gateway']);

  const refused = async (tls: string): Promise<void> => {
    site.write('', withTls(tls));
    const before = (serving.log().match(/configuration reloaded/g) ?? []).length;
    serving.child.kill('SIGHUP');
    await until('reloaded', () => (serving.log().match(/configuration reloaded/g) ?? []).length > before);
    const { error } = (await (await site.call('two')).json()) as { error: { data: Record<string, unknown> } };
    assert.equal(error.data['code'], 'upstream_unavailable', tls);
  };
  await refused(', tls: { cert: gateway.crt, key: "file:gateway.key" }');
  await refused(', tls: { ca: ca.crt }');
  await refused(`, tls: { ${own}, serverName: elsewhere.internal }`);
  assert.equal(site.server.seen.length, 1);
  site.write('', withTls(`, tls: { ${own}, serverName: mcp.internal }`));
  serving.child.kill('SIGHUP');
  await until('served again', async () => (await site.call('three')).status === 200);
  assert.doesNotMatch(serving.log(), /PRIVATE KEY/);
});

test('the keys of an issuer with a private authority are fetched when that is named, and not otherwise', async (t) => {
  const site = await prepareSite(t);
  const front = await startTlsFront(Number(new URL(site.issuer.url).port), authority.issue(['127.0.0.1']));
  t.after(() => front.close());
  writeFileSync(join(site.folder, 'ca.crt'), authority.ca);
  const withTls = (tls: string) => (text: string) =>
    text.replace('preset: okta', `preset: okta, jwksUri: "https://127.0.0.1:${front.port}/jwks"${tls}`);
  site.write('', withTls(''));
  const refused = gatebook('serve', '--config', site.config);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /no usable keys of issuer/);
  site.write('', withTls(', tls: { ca: ca.crt }'));
  // The issuer itself is on loopback in clear, its keys are not.
  await site.serve();
  assert.match(await (await site.call('one')).text(), /hello/);
});

test('servers and issuers are reached through the proxy of the file, the credential only inside the tunnel', async (t) => {
  const site = await prepareSite(t);
  const proxy = await startConnectProxy();
  const [mcp, idp] = await Promise.all([
    startTlsFront(Number(new URL(site.server.url).port), authority.issue(['mcp.test'])),
    startTlsFront(Number(new URL(site.issuer.url).port), authority.issue(['keys.test'])),
  ]);
  t.after(() => Promise.all([proxy.close(), mcp.close(), idp.close()]));
  proxy.routes.set('mcp.test:443', mcp.port).set('keys.test:443', idp.port);
  writeFileSync(join(site.folder, 'ca.crt'), authority.ca);
  const change = (text: string): string =>
    text
      .replace('preset: okta', 'preset: okta, jwksUri: "https://keys.test/jwks", tls: { ca: ca.crt }')
      .replace(
        `upstream: { type: http, url: "${site.server.url}" }`,
        'upstream: { type: http, url: "https://mcp.test/mcp", tls: { ca: ca.crt } }, credential: { type: bearer, secret: env:CREDENTIAL }',
      );
  const env = { CREDENTIAL: 'a-credential-of-the-server', WORD: 'way', HTTPS_PROXY: 'http://127.0.0.1:1' };
  site.write(`proxy: { https: "${proxy.url}", credential: { username: gate, secret: env:WORD } }\n`, change);
  const serving = await site.serve(env);
  assert.match(await (await site.call('one')).text(), /hello/);
  assert.equal(site.server.seen[0]?.headers.authorization, 'Bearer a-credential-of-the-server');
  assert.deepEqual([...new Set(proxy.asked.map(({ authority: asked }) => asked))].toSorted(), [
    'keys.test:443',
    'mcp.test:443',
  ]);
  assert.ok(proxy.asked.every(({ authorization }) => authorization === 'Basic Z2F0ZTp3YXk='));
  assert.doesNotMatch(proxy.seen(), /a-credential-of-the-server/);
  assert.doesNotMatch(serving.log(), /a-credential|Z2F0ZTp3YXk|\bway\b/);
});

test('the environment names a proxy only where the file says so, and loopback goes around it', async (t) => {
  const site = await prepareSite(t);
  const proxy = await startConnectProxy();
  t.after(() => proxy.close());
  const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, http_proxy: proxy.url, https_proxy: proxy.url };
  site.write('proxy: environment\n');
  const serving = await site.serve(env);
  assert.match(await (await site.call('one')).text(), /hello/);
  assert.deepEqual(proxy.asked, []);
  const far = (text: string): string => text.replace(site.server.url, 'http://mcp.test/mcp');
  proxy.routes.set('mcp.test:80', Number(new URL(site.server.url).port));
  site.write('proxy: environment\n', far);
  serving.child.kill('SIGHUP');
  await serving.logged(/configuration reloaded/);
  assert.match(await (await site.call('two')).text(), /hello/);
  assert.deepEqual(
    proxy.asked.map(({ authority: asked }) => asked),
    ['mcp.test:80'],
  );
  site.write('', far);
  serving.child.kill('SIGHUP');
  await until('reloaded twice', () => (serving.log().match(/configuration reloaded/g) ?? []).length === 2);
  const { status } = await site.call('three');
  assert.equal(status, 502);
  assert.equal(proxy.asked.length, 1);
});
