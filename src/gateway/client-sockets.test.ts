import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { watchSockets } from '#gateway/client-sockets.ts';
import { createTrustedProxies } from '#gateway/source.ts';
import { LIMITS } from '#limits.ts';
import { openRawClient } from '#test/fakes/raw-client.ts';

type Changes = Partial<Record<'clientConnections' | 'connectionsPerSource' | 'refusedConnections', number>>;

async function listen(t: TestContext, changes: Changes = {}, trusted: readonly string[] = []) {
  const dropped: number[] = [];
  const server: Server = createServer({ connectionsCheckingInterval: 20 }, (request, response) => {
    response.end(sockets.began(request, response) ?? 'served');
  });
  const sockets = watchSockets(server, {
    limits: { ...LIMITS, refusedConnectionMs: 50, responseWriteStallMs: 20, ...changes },
    proxies: createTrustedProxies(trusted),
    dropped: (count) => void dropped.push(count),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (localAddress?: string) => {
    const client = await openRawClient(port, localAddress);
    t.after(() => client.leave());
    return client;
  };
  return { server, sockets, dropped, open };
}
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

test('a connection over the count of all is told so once, and closed soon when it asks nothing', async (t) => {
  const { open, sockets } = await listen(t, { clientConnections: 2 });
  const [first, second] = [await open(), await open('127.0.0.2')];
  await until(() => sockets.open() === 2);
  const [asks, silent] = [await open('127.0.0.3'), await open('127.0.0.4')];
  asks.send(GET);
  assert.match(await asks.hears(/connections/), /\r\nconnections$/);
  assert.equal(await silent.closed(), '');
  await asks.closed();
  first.send(GET);
  await first.hears(/served/);
  second.leave();
  await until(() => sockets.open() === 1);
  const third = await open();
  third.send(GET);
  await third.hears(/served/);
});

test('one address has no more connections than its share, another has its own, a trusted proxy has no such bound', async (t) => {
  const { open, sockets } = await listen(t, { connectionsPerSource: 1 }, ['127.0.0.9']);
  const ask = async (address: string) => {
    const client = await open(address);
    client.send(GET);
    const text = await client.hears(/served|connections/);
    return { client, text: /\r\n\r\n(?:[0-9a-f]+\r\n)?(\w+)/.exec(text)?.[1] };
  };
  const first = await ask('127.0.0.1');
  assert.deepEqual([first.text, (await ask('127.0.0.1')).text], ['served', 'connections_per_source']);
  assert.equal((await ask('127.0.0.2')).text, 'served');
  assert.deepEqual([(await ask('127.0.0.9')).text, (await ask('127.0.0.9')).text], ['served', 'served']);
  await until(() => sockets.open() === 4);
  first.client.leave();
  await until(() => sockets.open() === 3);
  assert.equal((await ask('127.0.0.1')).text, 'served');
});

test('far over the count connections are closed without a word, and counted for the log', async (t) => {
  const { open, sockets, dropped } = await listen(t, { clientConnections: 1, refusedConnections: 0 });
  await open();
  await until(() => sockets.open() === 1);
  const refused = [await open('127.0.0.2'), await open('127.0.0.3')];
  for (const client of refused) assert.equal(await client.closed(), '');
  await until(() => dropped.reduce((sum, count) => sum + count, 0) === 2);
});

test('what is no HTTP gets a 400 and its connection is gone, also when the client keeps its half open', async (t) => {
  const { open, sockets } = await listen(t);
  const client = await open();
  client.socket.allowHalfOpen = true;
  client.send('rubbish\r\n\r\n');
  assert.match(await client.hears(/\r\n\r\n/), /^HTTP\/1\.1 400 Bad Request\r\n/);
  await until(() => sockets.open() === 0);
});

test('a client that asks and takes nothing is cut, one that waits for an answer is not', async (t) => {
  const { open, sockets, server } = await listen(t);
  server.removeAllListeners('request');
  const waiting: (() => void)[] = [];
  server.on('request', (request, response) => {
    sockets.began(request, response);
    if (request.url === '/wait') waiting.push(() => response.end('at last'));
    else response.end('x'.repeat(50_000));
  });
  const patient = await open();
  patient.send('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => waiting.length === 1);
  const client = await open();
  client.socket.pause();
  client.send(GET.repeat(1_000));
  await until(() => sockets.open() === 2);
  await until(() => sockets.open() === 1);
  waiting[0]?.();
  await patient.hears(/at last/);
});
