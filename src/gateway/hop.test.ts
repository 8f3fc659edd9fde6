import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createHopServer, createHops, peerOf } from '#gateway/hop.ts';
import { LIMITS } from '#limits.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A front that carries everything to worker 2; without `owner` nobody listens there. */
async function fleetOf(t: TestContext, owner: Listener | undefined, here: Listener) {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-hop-'));
  const socketOf = (worker: number): string => join(folder, `${worker}.sock`);
  const hops = createHops(socketOf);
  const front = createServer((request, response) =>
    hops.carry(request, response, 2, () => void here(request, response)),
  ).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const back =
    owner === undefined
      ? undefined
      : createHopServer((request, response) => void owner(request, response), LIMITS).listen(socketOf(2));
  if (back !== undefined) await once(back, 'listening');
  t.after(() => {
    hops.close();
    front.closeAllConnections();
    front.close();
    back?.closeAllConnections();
    back?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}/mcp/notes?x=1` };
}

const refuse: Listener = (_request, response) => response.writeHead(500).end();

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('an exchange arrives as it was sent, with the address of its sender, and its answer comes back', async (t) => {
  const { url } = await fleetOf(
    t,
    async (request, response) => {
      const seen = {
        method: request.method,
        url: request.url,
        peer: peerOf(request),
        body: await textOf(request),
      };
      response.writeHead(202, { 'x-seen': JSON.stringify(seen), 'content-type': 'text/plain' }).end('answered');
    },
    refuse,
  );
  const answer = await fetch(url, { method: 'POST', body: '{"a":1}', headers: { 'x-gatebook-peer': '203.0.113.9' } });
  assert.equal(answer.status, 202);
  assert.deepEqual(JSON.parse(answer.headers.get('x-seen') ?? ''), {
    method: 'POST',
    url: '/mcp/notes?x=1',
    peer: '127.0.0.1',
    body: '{"a":1}',
  });
  assert.equal(await answer.text(), 'answered');
});

test('headers sent twice arrive twice, and a body of unknown length arrives whole', async (t) => {
  const { url } = await fleetOf(
    t,
    async (request, response) => {
      const doubles = request.rawHeaders.filter((_, at) => request.rawHeaders[at - 1]?.toLowerCase() === 'x-double');
      response.end(JSON.stringify({ doubles, body: await textOf(request) }));
    },
    refuse,
  );
  const client = httpRequest(url, { method: 'POST', headers: ['Host', 'x', 'X-Double', '1', 'X-Double', '2'] });
  client.write('first ');
  client.end('second');
  const [answer] = (await once(client, 'response')) as [IncomingMessage];
  assert.deepEqual(JSON.parse(await textOf(answer)), { doubles: ['1', '2'], body: 'first second' });
});

test('events are passed on one by one, and the owner notices when the client leaves', async (t) => {
  const left = Promise.withResolvers<void>();
  const { url } = await fleetOf(
    t,
    (_request, response) => {
      response.once('close', () => left.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    },
    refuse,
  );
  const cut = new AbortController();
  const answer = await fetch(url, { method: 'POST', body: '{}', signal: cut.signal });
  const reader = answer.body?.getReader();
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'data: 1\n\n');
  cut.abort();
  await left.promise;
});

test('however many streams last between two workers, another exchange does not wait for their end', async (t) => {
  const streams = 1_100;
  let open = 0;
  const all = Promise.withResolvers<void>();
  const { url } = await fleetOf(
    t,
    (request, response) => {
      if (request.method === 'POST') return response.end('answered');
      response.writeHead(200).flushHeaders();
      return (open += 1) === streams ? all.resolve() : undefined;
    },
    refuse,
  );
  const clients = Array.from({ length: streams }, () =>
    httpRequest(url, { agent: false }).on('error', () => undefined),
  );
  t.after(() => clients.forEach((client) => client.destroy()));
  for (const client of clients) {
    client.end();
    await once(client, 'response');
  }
  await all.promise;
  const answer = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(20_000) });
  assert.equal(await answer.text(), 'answered');
});

test('without its owner an exchange is served where it arrived, with the body unread', async (t) => {
  const { url } = await fleetOf(t, undefined, async (request, response) => {
    response.writeHead(404).end(await textOf(request));
  });
  const answer = await fetch(url, { method: 'POST', body: 'whole' });
  assert.equal(answer.status, 404);
  assert.equal(await answer.text(), 'whole');
});

test('an owner that dies in the middle ends the exchange instead of answering for it', async (t) => {
  const { url } = await fleetOf(t, (request) => request.socket.destroy(), refuse);
  await assert.rejects(fetch(url, { method: 'POST', body: '{}' }));
});

test('the sender of an exchange that did not hop is whoever is at the other end, whatever it claims', async (t) => {
  const peers: string[] = [];
  const server = createServer((request, response) => {
    peers.push(peerOf(request));
    response.end();
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    headers: { 'x-gatebook-peer': '203.0.113.9' },
  });
  assert.deepEqual(peers, ['127.0.0.1']);
});

test('a request that promises a trailer, which node refuses to send on, is carried without the promise', async (t) => {
  const { url } = await fleetOf(t, (request, response) => response.end(`trailer: ${request.headers.trailer}`), refuse);
  for (const method of ['POST', 'DELETE']) {
    // Raw, since node's client refuses it too.
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\nTrailer: x-sum\r\n\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 200 [\s\S]*trailer: undefined/);
  }
});
