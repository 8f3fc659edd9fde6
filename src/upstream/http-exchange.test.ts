/** Sockets that die, stall, come early or are given up: nothing is sent twice, nothing is waited for for ever. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Dispatcher } from 'undici';
import {
  ANSWER,
  JSON_TYPE,
  RPC_ERROR,
  SSE_TYPE,
  answered,
  answering,
  call,
  connect,
  listen,
  read,
  refused,
  serving,
} from '#test/fakes/upstream-http.ts';
import { startExchange } from '#upstream/http-exchange.ts';
import { createManualTimers } from '#upstream/timers.ts';

test('a request whose socket dies after it was read is not sent again', async (t) => {
  let requests = 0;
  const upstream = await serving(t, (request, response) => {
    request.resume().on('end', () => {
      requests++;
      if (requests === 1) response.writeHead(200, JSON_TYPE).end(ANSWER);
      else response.socket?.destroy();
    });
  });
  await read(answered(await upstream.exchange(call())));
  // The second one goes over the kept socket: exactly the case in which clients like to try again.
  const result = await upstream.exchange(call());
  assert.ok(
    !result.ok && result.error.code === 'upstream_unavailable' && result.error.executed === 'unknown',
    JSON.stringify(result),
  );
  assert.match(result.error.reason, /^connection_lost /);
  const third = await upstream.exchange(call());
  assert.ok(!third.ok);
  assert.equal(requests, 3);
});

test('a request whose socket dies while its answer streams is not sent again', async (t) => {
  let requests = 0;
  const upstream = await serving(t, (request, response) => {
    request.resume().on('end', () => {
      requests++;
      response.writeHead(200, SSE_TYPE);
      response.write(`data: ${ANSWER}\n\n`, () => response.socket?.destroy());
    });
  });
  const { texts, fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(texts, [ANSWER]);
  assert.equal(fault?.code, 'upstream_unavailable');
  assert.equal(fault.executed, 'unknown');
  assert.equal(requests, 1);
});

test('a server that is not there, or speaks no TLS, certainly did not execute anything', async (t) => {
  const gone = createTcpServer();
  gone.listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const absent = connect(t, new URL(`http://127.0.0.1:${port}/`));
  assert.deepEqual(await absent.exchange(call()), refused('upstream_unavailable', 'no', 'connect_failed ECONNREFUSED'));

  const plain = await listen(t, createServer(answering(200, JSON_TYPE, ANSWER)));
  const upstream = connect(t, new URL(`https://127.0.0.1:${plain.port}/`));
  const result = await upstream.exchange(call());
  assert.ok(
    !result.ok && result.error.executed === 'no' && result.error.code === 'upstream_unavailable',
    JSON.stringify(result),
  );
});

test('a server that gives no head in time is timed out, its socket closed, and what it did is unknown', async (t) => {
  const timers = createManualTimers();
  const arrived = Promise.withResolvers<IncomingMessage>();
  const upstream = await serving(t, (request) => void request.resume().on('end', () => arrived.resolve(request)), {
    timers,
  });
  const exchange = upstream.exchange(call({ timeoutMs: 1_000 }));
  const request = await arrived.promise;
  const closed = once(request.socket, 'close');
  timers.advance(1_000);
  assert.deepEqual(await exchange, refused('upstream_timeout', 'unknown', 'answer_timeout'));
  await closed;
  assert.equal(timers.pending(), 0);
});

test('a call that waits for a free socket too long was certainly not executed and is never sent later', async (t) => {
  const timers = createManualTimers();
  const first = Promise.withResolvers<ServerResponse>();
  const bodies: string[] = [];
  const overrides = { timers, limits: { upstreamSockets: 1 } };
  const upstream = await serving(
    t,
    (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        if (bodies.length === 1) first.resolve(response);
        else response.writeHead(200, JSON_TYPE).end(ANSWER);
      });
    },
    overrides,
  );
  const one = upstream.exchange(call({ timeoutMs: 60_000, body: Buffer.from('one') }));
  const response = await first.promise;
  const two = upstream.exchange(call({ timeoutMs: 1_000, body: Buffer.from('two') }));
  timers.advance(1_000);
  assert.deepEqual(await two, refused('upstream_timeout', 'no', 'send_timeout'));
  response.writeHead(200, JSON_TYPE).end(ANSWER);
  await read(answered(await one));
  await read(answered(await upstream.exchange(call({ body: Buffer.from('three') }))));
  assert.deepEqual(bodies, ['one', 'three']);
});

test('a stream that says nothing for a day goes on', async (t) => {
  const timers = createManualTimers();
  const opened = Promise.withResolvers<ServerResponse>();
  const upstream = await serving(
    t,
    (request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, SSE_TYPE).write(`data: ${ANSWER}\n\n`);
        opened.resolve(response);
      });
    },
    { timers },
  );
  const messages = answered(await upstream.exchange(call())).messages[Symbol.asyncIterator]();
  await messages.next();
  timers.advance(24 * 3_600_000);
  (await opened.promise).end(`data: ${ANSWER}\n\n`);
  const second = await messages.next();
  assert.equal(second.done === true ? '' : second.value.ok && second.value.value.bytes.toString(), ANSWER);
});

test('a JSON body that trickles is bounded by the time-out of the call', async (t) => {
  const timers = createManualTimers();
  const begun = Promise.withResolvers<void>();
  const upstream = await serving(
    t,
    (request, response) => {
      request.resume().on('end', () => response.writeHead(200, JSON_TYPE).write('{"js', () => begun.resolve()));
    },
    { timers },
  );
  const answer = answered(await upstream.exchange(call({ timeoutMs: 1_000 })));
  const reading = read(answer);
  await begun.promise;
  timers.advance(1_000);
  assert.deepEqual((await reading).fault, { code: 'upstream_timeout', executed: 'unknown', reason: 'answer_timeout' });
});

test('a stream may last longer than the time-out of the call', async (t) => {
  const timers = createManualTimers();
  const begun = Promise.withResolvers<ServerResponse>();
  const upstream = await serving(
    t,
    (request, response) => {
      request
        .resume()
        .on('end', () => response.writeHead(200, SSE_TYPE).write(': open\n\n', () => begun.resolve(response)));
    },
    { timers },
  );
  const answer = answered(await upstream.exchange(call({ timeoutMs: 1_000 })));
  const response = await begun.promise;
  timers.advance(1_000_000);
  response.end(`data: ${ANSWER}\n\n`);
  assert.deepEqual(await read(answer), { texts: [ANSWER], fault: undefined });
});

test('a reader that stops reading stops the server, and leaving the loop closes the socket', async (t) => {
  const total = 256 * 1024 * 1024;
  const stalled = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  const upstream = await serving(t, (request, response) => {
    request.resume().on('end', async () => {
      response.writeHead(200, SSE_TYPE);
      let sent = 0;
      response.on('close', () => closed.resolve(sent));
      const event = Buffer.from(`data: ${'x'.repeat(64 * 1024)}\n\n`);
      while (sent < total && !response.destroyed) {
        sent += event.length;
        if (response.write(event)) continue;
        const drained = await Promise.race([once(response, 'drain'), closed.promise, quiet(response)]);
        if (drained === 'quiet') stalled.resolve();
        if (drained === 'quiet') await closed.promise;
      }
    });
  });
  const answer = answered(await upstream.exchange(call()));
  await stalled.promise;
  for await (const message of answer.messages) {
    assert.ok(message.ok && message.value.bytes.length === 64 * 1024);
    break;
  }
  assert.ok((await closed.promise) < total);
});

/** Resolves once the kernel has taken nothing more of what was written over many turns of the event loop. */
async function quiet(response: ServerResponse): Promise<'quiet' | 'closed'> {
  for (let turns = 0, last = -1; turns < 2_000; turns++) {
    if (response.destroyed) return 'closed';
    const length = response.writableLength;
    if (length !== last) turns = 0;
    last = length;
    await new Promise(setImmediate);
  }
  return 'quiet';
}

test('an answer that comes before the request was fully read is used, and the request is not repeated', async (t) => {
  let requests = 0;
  const server = createTcpServer((socket) => {
    socket.once('data', () => {
      requests++;
      socket.pause();
      socket.write(
        `HTTP/1.1 413 Too Large\r\ncontent-type: application/json\r\ncontent-length: ${RPC_ERROR.length}\r\n\r\n${RPC_ERROR}`,
      );
    });
  });
  const upstream = connect(t, await listen(t, server));
  const answer = answered(await upstream.exchange(call({ body: Buffer.alloc(32 * 1024 * 1024, 0x20) })));
  assert.equal(answer.status, 413);
  assert.deepEqual((await read(answer)).texts, [RPC_ERROR]);
  assert.equal(requests, 1);
});

test('what is not HTTP, or ends before its length, is a fault without the bytes in its reason', async (t) => {
  const spoken = [
    'SSH-2.0-secret\r\n\r\n',
    `HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(64 * 1024)}\r\n\r\n`,
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"secret"',
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: secret\r\nconnection: upgrade\r\n\r\n',
  ];
  for (const bytes of spoken) {
    const server = createTcpServer((socket) => void socket.once('data', () => socket.end(bytes)));
    const upstream = connect(t, await listen(t, server));
    const result = await upstream.exchange(call());
    const fault = result.ok ? (await read(result.value)).fault : result.error;
    assert.equal(fault?.executed, 'unknown', bytes.slice(0, 60));
    assert.match(fault.reason, /^(http|connection_lost) [A-Z0-9_]+$/, bytes.slice(0, 60));
  }
});

test('an abort closes the socket, before the head and in the stream', async (t) => {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const silent = await serving(t, (request) => void request.resume().on('end', () => arrived.resolve(request)));
  const before = new AbortController();
  const exchange = silent.exchange(call({ signal: before.signal }));
  const closed = once((await arrived.promise).socket, 'close');
  before.abort();
  assert.deepEqual(await exchange, refused('upstream_unavailable', 'unknown', 'aborted'));
  await closed;
  assert.deepEqual(
    await silent.exchange(call({ signal: before.signal })),
    refused('upstream_unavailable', 'no', 'aborted'),
  );

  const gone = Promise.withResolvers<void>();
  const streaming = await serving(t, (request, response) => {
    response.on('close', () => gone.resolve());
    request.resume().on('end', () => response.writeHead(200, SSE_TYPE).write(`data: ${ANSWER}\n\n`));
  });
  const inStream = new AbortController();
  const answer = answered(await streaming.exchange(call({ signal: inStream.signal })));
  const reading = read(answer);
  inStream.abort();
  assert.equal((await reading).fault?.reason, 'aborted');
  await gone.promise;
});

test('closing the upstream faults what is pending and refuses what comes later', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const upstream = await serving(t, (request) => void request.resume().on('end', () => arrived.resolve()));
  const exchange = upstream.exchange(call());
  await arrived.promise;
  await upstream.close();
  const pending = await exchange;
  assert.ok(!pending.ok && pending.error.executed === 'unknown');
  const later = await upstream.exchange(call());
  assert.ok(!later.ok && later.error.executed === 'no');
});

/** A library that does what undici does not: writes the same request again when the first socket died. */
class Resending extends Dispatcher {
  readonly aborted: string[] = [];

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const controller = (name: string): Dispatcher.DispatchController => ({
      aborted: false,
      paused: false,
      reason: null,
      abort: () => void this.aborted.push(name),
      pause: () => {},
      resume: () => {},
    });
    handler.onRequestStart?.(controller('first'), null);
    handler.onRequestStart?.(controller('second'), null);
    return true;
  }
}

test('a library that would send a request again is stopped before it writes', async () => {
  const dispatcher = new Resending();
  const waits = { timers: createManualTimers(), timeoutMs: 1_000, signal: new AbortController().signal };
  const result = await startExchange(dispatcher, { path: '/', method: 'POST' }, waits);
  assert.deepEqual(result, refused('upstream_unavailable', 'unknown', 'resend_refused'));
  assert.ok(dispatcher.aborted.includes('second'));
  assert.equal(waits.timers.pending(), 0);
});
