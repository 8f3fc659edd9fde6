import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { CutOff, type GatewayApi } from '#cli/gateway-api.ts';
import { processIo } from '#cli/io.ts';
import { eventsOf, onBookOrGateway, searchGateway, target } from '#cli/remote-events.ts';

function host(env: Readonly<Record<string, string>> = {}) {
  const written: string[] = [];
  const process = {
    stdout: { write: () => undefined },
    stderr: { write: (text: string) => written.push(text) },
    env,
    cwd: () => '/',
    exitCode: undefined as number | undefined,
  };
  return { process, written, io: processIo(process) };
}

const NEVER = {
  here: () => assert.fail('the book was read'),
  there: () => assert.fail('the gateway was asked'),
};

async function api(t: TestContext, answer: (path: string) => { headers?: Record<string, string>; body: string }) {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(request.url ?? '');
    const { headers = {}, body } = answer(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const gateway: GatewayApi = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'token' };
  return { gateway, asked };
}

test('options that belong to the other way are refused before anything is read or asked', async () => {
  const url = 'http://127.0.0.1:1';
  for (const [options, complaint] of [
    [{ url, data: 'x' }, /not both/],
    [{ url, config: 'x' }, /not both/],
    [{ url, offlinePayloads: true }, /at a gateway it is --payloads/],
    [{ payloads: true }, /here there is --offline-payloads/],
    [{ tokenFile: 'x' }, /give its --url/],
    [{ url: 'http://gateway.example.com' }, /must be https/],
    [{ url }, /a token .* is needed/],
  ] as const) {
    const { io, process, written } = host();
    await onBookOrGateway(io, options, NEVER);
    assert.equal(process.exitCode, 2);
    assert.match(written.join(''), complaint);
  }
});

test('an answer that was cut off exits 3 and says that it is not the whole', async () => {
  const { io, process, written } = host({ GATEBOOK_TOKEN: 'token' });
  await onBookOrGateway(
    io,
    { url: 'http://127.0.0.1:1' },
    { ...NEVER, there: () => Promise.reject(new CutOff('the gateway ended its answer in the middle')) },
  );
  assert.equal(process.exitCode, 3);
  assert.match(written.join(''), /not the whole/);
});

test('a search waits until the index has what the book held when it was asked', async (t) => {
  let through = 3;
  const { gateway, asked } = await api(t, (path) =>
    path.startsWith('/api/v1/checkpoint')
      ? { body: '[{"shard":"a","size":5}]' }
      : { body: '[]', headers: { 'x-gatebook-indexed-through': `a:${(through += 1)}` } },
  );
  const page = await searchGateway(gateway, { q: 'ada', since: undefined }, 2_000);
  assert.deepEqual(page.ok && [page.value.indexedThrough, page.value.sizes], [{ a: 5 }, { a: 5 }]);
  assert.deepEqual(asked, [
    '/api/v1/checkpoint',
    '/api/v1/events?q=ada&order=newest',
    '/api/v1/events?q=ada&order=newest',
  ]);
  through = 0;
  const behind = await searchGateway(gateway, {}, 0);
  assert.deepEqual(behind.ok && behind.value.indexedThrough, { a: 1 });
});

test('the next page is where the link says', async (t) => {
  const link =
    '<http://x/api/v1/events?order=newest>; rel="self", <http://x/api/v1/events?after=CURSOR&order=newest>; rel="next"';
  const { gateway } = await api(t, (path) =>
    path.startsWith('/api/v1/checkpoint') ? { body: '[]' } : { body: '[]', headers: { link } },
  );
  const page = await searchGateway(gateway, {}, 0);
  assert.equal(page.ok && page.value.next, 'CURSOR');
});

test('what is no list of events is no answer of a gateway', () => {
  assert.deepEqual(eventsOf('[1]'), { ok: true, value: [1] });
  for (const text of ['{}', '<html>', '']) assert.equal(eventsOf(text).ok, false);
});

test('a question is spelled so that nothing in it can be taken for something else', () => {
  assert.equal(target('/x', {}), '/x');
  assert.equal(
    target('/x', { filter: 'a & b=c', payloads: true, since: undefined }),
    '/x?filter=a+%26+b%3Dc&payloads=true',
  );
});
