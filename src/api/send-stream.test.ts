import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { sendStream } from '#api/send-stream.ts';

async function serving(t: TestContext, serve: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_request, response) => serve(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const HEADERS = new Headers({ 'content-type': 'application/x-ndjson' });

test('what is whole ends, and its head is there before its first line', async (t) => {
  const gate = Promise.withResolvers<void>();
  const port = await serving(t, (response) => {
    async function* lines(): AsyncGenerator<string, void, undefined> {
      await gate.promise;
      yield 'one\n';
      yield 'two\n';
    }
    void sendStream(response, HEADERS, lines(), () => assert.fail('no fault'));
  });
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  gate.resolve();
  assert.equal(await response.text(), 'one\ntwo\n');
});

test('what fails in the middle is cut off and its fault is heard here alone', async (t) => {
  const faults: unknown[] = [];
  const port = await serving(t, (response) => {
    async function* lines(): AsyncGenerator<string, void, undefined> {
      yield 'one\n';
      throw new Error('a secret');
    }
    void sendStream(response, HEADERS, lines(), (fault) => faults.push(fault));
  });
  const received: string[] = [];
  const response = await fetch(`http://127.0.0.1:${port}/`);
  await assert.rejects(async () => {
    for await (const chunk of response.body ?? []) received.push(Buffer.from(chunk as Uint8Array).toString());
  });
  assert.ok(!received.join('').includes('secret'));
  assert.equal(faults.length, 1);
});

test('no more is made than the client takes, and nothing after it has left', async (t) => {
  let made = 0;
  const ended = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const port = await serving(t, (response) => {
    async function* lines(): AsyncGenerator<string, void, undefined> {
      try {
        for (;;) {
          made += 1;
          yield 'x'.repeat(64 * 1024);
        }
      } finally {
        ended.resolve();
      }
    }
    const write = response.write.bind(response);
    response.write = ((text: string) => {
      const isTaken = write(text);
      if (!isTaken) stopped.resolve();
      return isTaken;
    }) as typeof response.write;
    void sendStream(response, HEADERS, lines(), () => undefined);
  });
  const socket = connect(port, '127.0.0.1').pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await stopped.promise;
  const madeThen = made;
  assert.ok(madeThen < 1_000);
  socket.destroy();
  await ended.promise;
});

test('a stream that ends with an error because its client left is no fault', async (t) => {
  const faults: unknown[] = [];
  const left = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const port = await serving(t, (response) => {
    async function* lines(): AsyncGenerator<string, void, undefined> {
      yield 'one\n';
      await left.promise;
      throw new Error('ended before its end');
    }
    response.once('close', () => left.resolve());
    void sendStream(response, HEADERS, lines(), (fault) => faults.push(fault)).then(sent.resolve);
  });
  const leaving = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
  leaving.abort();
  await assert.rejects(response.text());
  await sent.promise;
  assert.deepEqual(faults, []);
});
