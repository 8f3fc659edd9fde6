import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LIMITS } from '#limits.ts';
import { fetchPinned } from '#signin/registration/pinned-fetch.ts';
import type { PinnedFetchParts } from '#signin/registration/pinned-fetch.ts';
import { startConnectProxy } from '#test/fakes/connect-proxy.ts';
import { startDocumentHost } from '#test/fakes/document-host.ts';
import type { DocumentHost } from '#test/fakes/document-host.ts';

const HOST = 'client.example';
const DOCUMENT = { client_id: 'x' };

async function rig(t: TestContext, changes: Partial<PinnedFetchParts> = {}, names: readonly string[] = [HOST]) {
  const host = await startDocumentHost(names);
  t.after(() => host.close());
  host.serve('/c', DOCUMENT, { 'cache-control': 'max-age=120' });
  const resolved: string[] = [];
  const parts: PinnedFetchParts = {
    resolve: async (name) => {
      resolved.push(name);
      return ['127.0.0.1'];
    },
    mayAsk: () => true,
    proxyOf: () => undefined,
    isVouchedFor: () => false,
    ca: host.ca,
    limits: LIMITS,
    ...changes,
  };
  const get = async (path = '/c', also: Partial<PinnedFetchParts> = {}): Promise<string> => {
    const fetched = await fetchPinned(new URL(`https://${HOST}:${host.port}${path}`), { ...parts, ...also });
    return fetched.ok ? `${fetched.value.cacheControl ?? ''} ${fetched.value.bytes.toString()}` : fetched.error;
  };
  return { host, resolved, get };
}

const body =
  (status: number, headers: Readonly<Record<string, string>>, content: string | Buffer = '{}') =>
  (...[, response]: Parameters<Parameters<DocumentHost['answers']['set']>[1]>): void => {
    response.writeHead(status, headers).end(content);
  };

test('a document is read from a checked address, and the name is resolved once', async (t) => {
  const { host, resolved, get } = await rig(t);
  assert.equal(await get(), `max-age=120 ${JSON.stringify(DOCUMENT)}`);
  assert.deepEqual(resolved, [HOST]);
  assert.deepEqual(host.asked, [`${HOST}:${host.port}/c`]);
});

test('no connection is made when any address of the name may not be asked, or it has none', async (t) => {
  const { host, get } = await rig(t);
  const answers: readonly (readonly string[])[] = [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['127.0.0.1', '::1']];
  for (const addresses of answers)
    assert.equal(
      await get('/c', { resolve: async () => addresses, mayAsk: (address) => address === '1.1.1.1' }),
      'address_refused',
    );
  assert.equal(await get('/c', { resolve: async () => [] }), 'unresolved');
  assert.equal(await get('/c', { resolve: async () => Promise.reject(new Error('NXDOMAIN')) }), 'unresolved');
  assert.equal(host.connections(), 0);
});

test('the connection goes to the address that was checked, whatever the name leads to later', async (t) => {
  const { host, get } = await rig(t);
  let answers = [['127.0.0.1'], ['203.0.113.1']];
  const resolve = async (): Promise<readonly string[]> => answers.shift() ?? [];
  assert.match(await get('/c', { resolve, mayAsk: (address) => address === '127.0.0.1' }), /client_id/);
  assert.equal(answers.length, 1, 'asked again');
  assert.equal(host.connections(), 1);
  answers = [];
});

test('another certificate than the host’s, or one of an unknown authority, ends it', async (t) => {
  const { get } = await rig(t, {}, ['other.example']);
  assert.equal(await get(), 'unreachable');
  const known = await rig(t);
  assert.equal(await known.get('/c', { ca: undefined }), 'unreachable');
  assert.deepEqual(known.host.asked, []);
});

test('redirects, other statuses, types and codings are refused, and none is followed', async (t) => {
  const { host, get } = await rig(t);
  const json = { 'content-type': 'application/json' };
  for (const status of [301, 302, 303, 307, 308]) {
    host.answers.set('/redirect', body(status, { location: `https://${HOST}:${host.port}/c` }));
    assert.equal(await get('/redirect'), 'redirected');
  }
  assert.ok(host.asked.every((one) => one.endsWith('/redirect')));
  for (const [status, fault] of [
    [404, 'gone'],
    [410, 'gone'],
    [500, 'status'],
    [201, 'status'],
    [204, 'status'],
    [206, 'status'],
  ] as const) {
    host.answers.set('/status', body(status, json, ''));
    assert.equal(await get('/status'), fault, String(status));
  }
  for (const type of ['text/html', 'text/plain', 'application/javascript', 'application/jsonp']) {
    host.answers.set('/type', body(200, { 'content-type': type }));
    assert.equal(await get('/type'), 'content_type', type);
  }
  host.answers.set('/none', body(200, {}));
  assert.equal(await get('/none'), 'content_type');
  host.answers.set('/suffix', body(200, { 'content-type': 'application/client+json; charset=utf-8' }));
  assert.equal(await get('/suffix'), ' {}');
  const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  host.answers.set('/bomb', body(200, { ...json, 'content-encoding': 'gzip' }, bomb));
  assert.equal(await get('/bomb'), 'content_coding');
});

test('a body is read to the bound and no further, whether it says its length or not', async (t) => {
  const { host, get } = await rig(t);
  const json = { 'content-type': 'application/json' };
  const bytesMax = LIMITS.clientMetadataBytes;
  host.answers.set('/fits', body(200, json, 'x'.repeat(bytesMax)));
  assert.equal((await get('/fits')).length, bytesMax + 1);
  host.answers.set('/said', body(200, { ...json, 'content-length': String(bytesMax + 1) }, 'x'.repeat(bytesMax + 1)));
  assert.equal(await get('/said'), 'too_large');
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  host.answers.set('/endless', (_request, response) => {
    response.writeHead(200, json).once('close', closed.resolve);
    const more = (): void => {
      while (!response.destroyed) {
        sent += 1_024;
        if (!response.write('x'.repeat(1_024))) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  });
  assert.equal(await get('/endless'), 'too_large');
  await closed.promise;
  assert.ok(sent < 64 * 1024 * 1024, String(sent));
  host.answers.set('/headers', body(200, { ...json, 'x-pad': 'x'.repeat(LIMITS.clientDocumentHeaderBytes) }));
  assert.equal(await get('/headers'), 'unreachable');
});

test('an address that cannot be reached at all is a fault of the host, and of nothing else', async (t) => {
  const { get } = await rig(t);
  // Broadcast: the system refuses to connect before anything is sent.
  assert.equal(await get('/c', { resolve: async () => ['255.255.255.255'] }), 'unreachable');
  assert.equal(await get('/c', { resolve: async () => ['255.255.255.255', '255.255.255.255'] }), 'unreachable');
});

test('resolving, connecting, a silent host and one that trickles all end when the time is over', async (t) => {
  const { host, get } = await rig(t, { limits: { ...LIMITS, clientDocumentMs: 100 } });
  host.answers.set('/silent', () => undefined);
  assert.equal(await get('/silent'), 'too_slow');
  host.answers.set('/trickle', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const dripping = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(dripping));
  });
  assert.equal(await get('/trickle'), 'too_slow');
  assert.equal(await get('/c', { resolve: () => new Promise(() => undefined) }), 'too_slow');
});

test('through a proxy the tunnel leads to the checked address, and to the name only of a host that the operator named', async (t) => {
  const proxy = await startConnectProxy();
  t.after(() => proxy.close());
  const { host, get } = await rig(t, { resolve: async () => ['1.1.1.1', '1.0.0.1'] });
  const through = { proxyOf: () => ({ url: new URL(proxy.url), authorization: 'Basic eDp5' }) };
  proxy.routes.set(`1.1.1.1:${host.port}`, host.port);
  assert.match(await get('/c', through), /client_id/);
  assert.equal(await get('/c', { ...through, mayAsk: () => false }), 'address_refused');
  proxy.routes.set(`${HOST}:${host.port}`, host.port);
  const never = (): Promise<never> => assert.fail('resolved here');
  assert.match(await get('/c', { ...through, isVouchedFor: () => true, resolve: never }), /client_id/);
  assert.deepEqual(proxy.asked, [
    { authority: `1.1.1.1:${host.port}`, authorization: 'Basic eDp5' },
    { authority: `${HOST}:${host.port}`, authorization: 'Basic eDp5' },
  ]);
});
