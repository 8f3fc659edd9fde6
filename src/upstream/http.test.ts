/** Against real sockets on 127.0.0.1: the official SDK servers' behaviour and that of servers that misbehave. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LIMITS } from '#limits.ts';
import type { Result } from '#result.ts';
import { createHttpUpstream } from '#upstream/http.ts';
import type { HttpUpstreamLimits } from '#upstream/http.ts';
import { sendable } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { createManualTimers, systemTimers } from '#upstream/timers.ts';
import type { Timers } from '#upstream/timers.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"big":12345678901234567890}}';
const RPC_ERROR = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}';
const JSON_TYPE = { 'content-type': 'application/json' };
const SSE_TYPE = { 'content-type': 'text/event-stream' };

let records = 0;
function call(overrides: Partial<UpstreamRequest> = {}): Sendable {
  const request: UpstreamRequest = {
    caller: 'issuer\nsubject',
    gatewaySession: undefined,
    kind: 'request',
    idText: '1',
    method: 'tools/call',
    progressTokenText: undefined,
    body: Buffer.from(CALL),
    headers: [['accept', 'application/json, text/event-stream']],
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...overrides,
  };
  return sendable(request, { shard: 'a', n: records++ });
}

async function listen(t: TestContext, server: Server | TcpServer): Promise<URL> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?x=1`);
}

type Overrides = { readonly limits?: Partial<HttpUpstreamLimits>; readonly timers?: Timers };
function connect(t: TestContext, url: URL, { limits = {}, timers = systemTimers }: Overrides = {}): Upstream {
  const upstream = createHttpUpstream({ url }, { limits: { ...LIMITS, ...limits }, timers });
  t.after(() => upstream.close());
  return upstream;
}

async function serving(t: TestContext, listener: RequestListener, overrides?: Overrides): Promise<Upstream> {
  return connect(t, await listen(t, createServer(listener)), overrides);
}

/** Reads the request to its end, then answers. */
function answering(
  status: number,
  headers: Record<string, string | string[]>,
  body?: string | Buffer,
): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body));
  };
}

async function read(
  answer: UpstreamAnswer,
): Promise<{ readonly texts: string[]; readonly fault: UpstreamFault | undefined }> {
  const texts: string[] = [];
  for await (const message of answer.messages) {
    if (!message.ok) return { texts, fault: message.error };
    texts.push(message.value.bytes.toString());
  }
  return { texts, fault: undefined };
}

function answered(result: Result<UpstreamAnswer, UpstreamFault>): UpstreamAnswer {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

const refused = (code: UpstreamFault['code'], executed: UpstreamFault['executed'], reason: string) => ({
  ok: false,
  error: { code, executed, reason },
});

test('a JSON answer arrives byte for byte, with the status, the session id apart and only allowed headers', async (t) => {
  let seen: { request: IncomingMessage; body: string } | undefined;
  const upstream = await serving(t, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen = { request, body };
      response.writeHead(200, {
        ...JSON_TYPE,
        'mcp-session-id': 'upstream-1',
        'mcp-protocol-version': '2025-11-25',
        'set-cookie': 'inner=1',
        server: 'inner',
      });
      response.end(ANSWER);
    });
  });
  const result = await upstream.exchange(
    call({ headers: [['mcp-method', 'tools/call']], credential: [['authorization', 'Bearer upstream-secret']] }),
  );
  const answer = answered(result);
  assert.deepEqual((await read(answer)).texts, [ANSWER]);
  assert.equal(answer.status, 200);
  assert.equal(answer.form, 'json');
  assert.equal(answer.sessionId, 'upstream-1');
  assert.deepEqual(answer.headers, [['mcp-protocol-version', '2025-11-25']]);
  assert.equal(seen?.body, CALL);
  assert.equal(seen?.request.url, '/mcp?x=1');
  assert.equal(seen?.request.headers['authorization'], 'Bearer upstream-secret');
  assert.equal(seen?.request.headers['mcp-method'], 'tools/call');
  assert.equal(seen?.request.headers['accept-encoding'], 'identity');
  assert.equal(seen?.request.headers['content-type'], 'application/json');
});

test('a header outside the allow-list keeps the whole request from being sent', async (t) => {
  let requests = 0;
  const upstream = await serving(t, () => requests++);
  const result = await upstream.exchange(call({ headers: [['authorization', 'Bearer callers-token']] }));
  assert.deepEqual(result, refused('upstream_invalid', 'no', 'header_not_allowed authorization'));
  assert.equal(requests, 0);
});

test('an intent is sent at most once', async (t) => {
  const upstream = await serving(t, answering(200, JSON_TYPE, ANSWER));
  const request = call();
  await read(answered(await upstream.exchange(request)));
  assert.throws(() => upstream.exchange(request), /already sent/);
});

test('events arrive one message at a time however the bytes are cut', async (t) => {
  const stream = `: hi\r\nid: 7\r\nretry: 250\r\ndata:\r\n\r\nevent: message\ndata: {"a":\ndata: "ü"}\n\nevent: ping\ndata: x\n\ndata: ${ANSWER}\n\ndata: cut`;
  const upstream = await serving(t, (request, response) => {
    request.resume().on('end', async () => {
      response.writeHead(200, SSE_TYPE);
      for (const byte of Buffer.from(stream)) {
        response.write(Buffer.of(byte));
        if (byte === 0x3a) await new Promise(setImmediate);
      }
      response.end();
    });
  });
  const answer = answered(await upstream.exchange(call()));
  assert.equal(answer.form, 'sse');
  const { texts, fault } = await read(answer);
  assert.equal(fault, undefined);
  assert.deepEqual(
    texts.filter((text) => text !== ''),
    ['{"a":\n"ü"}', ANSWER],
  );
});

test('an event larger than a message may be ends the stream with a fault', async (t) => {
  const upstream = await serving(t, answering(200, SSE_TYPE, `data: ${ANSWER}\n\ndata: ${'x'.repeat(4_096)}\n\n`), {
    limits: { messageBytes: 1_024 },
  });
  const { texts, fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(texts, [ANSWER]);
  assert.deepEqual(fault, { code: 'upstream_invalid', executed: 'unknown', reason: 'message_too_large' });
});

test('no redirect is followed', async (t) => {
  let followed = 0;
  const elsewhere = await listen(
    t,
    createServer(() => followed++),
  );
  for (const status of [301, 302, 303, 307, 308]) {
    const upstream = await serving(t, answering(status, { location: elsewhere.href }));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', `redirect_${status}`));
  }
  assert.equal(followed, 0);
});

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

test('a body that stops arriving is timed out', async (t) => {
  const upstream = await serving(
    t,
    (request, response) => {
      request.resume().on('end', () => response.writeHead(200, SSE_TYPE).write(`data: ${ANSWER}\n\n`));
    },
    { limits: { upstreamIdleMs: 100 } },
  );
  const { texts, fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(texts, [ANSWER]);
  assert.deepEqual(fault, { code: 'upstream_timeout', executed: 'unknown', reason: 'idle_timeout' });
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

test('a body larger than a message may be is refused and no longer received', async (t) => {
  const socketClosed = Promise.withResolvers<number>();
  const total = 256 * 1024 * 1024;
  const upstream = await serving(
    t,
    (request, response) => {
      request.resume().on('end', async () => {
        response.writeHead(200, JSON_TYPE);
        let sent = 0;
        response.on('close', () => socketClosed.resolve(sent));
        const chunk = Buffer.alloc(64 * 1024, 0x20);
        while (sent < total && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) await Promise.race([once(response, 'drain'), socketClosed.promise]);
        }
      });
    },
    { limits: { messageBytes: 1024 * 1024 } },
  );
  const { fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(fault, { code: 'upstream_invalid', executed: 'unknown', reason: 'message_too_large' });
  assert.ok((await socketClosed.promise) < total);
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

test('an encoded body is refused without being inflated', async (t) => {
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
  for (const coding of ['gzip', 'br', 'identity, gzip']) {
    const upstream = await serving(t, answering(200, { ...JSON_TYPE, 'content-encoding': coding }, bomb));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', 'content_encoding'));
  }
});

test('a body of another type is refused', async (t) => {
  for (const headers of [{ 'content-type': 'text/html' }, {}, { 'content-type': ['application/json', 'text/html'] }]) {
    const upstream = await serving(t, answering(200, headers, ANSWER));
    const result = await upstream.exchange(call());
    // Node joins nothing here: a repeated content-type shows its first value to undici, as one or as a list.
    if (Array.isArray(headers['content-type'])) assert.ok(!result.ok || result.value.form === 'json');
    else assert.deepEqual(result, refused('upstream_invalid', 'unknown', 'content_type'));
  }
});

test('a refusal of the upstream credential does not show the challenge, and nothing was executed', async (t) => {
  for (const status of [401, 403]) {
    const headers = { ...JSON_TYPE, 'www-authenticate': 'Bearer resource_metadata="https://inner.example/"' };
    const upstream = await serving(t, answering(status, headers, RPC_ERROR));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_unavailable', 'no', `upstream_auth_${status}`));
  }
});

test('a JSON-RPC error is a message whatever its status, any other error body goes nowhere', async (t) => {
  const upstream = await serving(t, answering(400, { ...JSON_TYPE, 'retry-after': '2' }, RPC_ERROR));
  const answer = answered(await upstream.exchange(call()));
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.headers, [['retry-after', '2']]);
  assert.deepEqual((await read(answer)).texts, [RPC_ERROR]);

  const cases = [
    [500, { 'content-type': 'text/html' }, '<h1>stack trace</h1>', 'upstream_unavailable'],
    [400, JSON_TYPE, '{"error":{"message":"stack trace"}}', 'upstream_invalid'],
    [400, JSON_TYPE, ANSWER, 'upstream_invalid'],
    [429, {}, '', 'upstream_unavailable'],
    [404, {}, '', 'upstream_invalid'],
    [206, JSON_TYPE, ANSWER, 'upstream_invalid'],
  ] as const;
  for (const [status, headers, body, code] of cases) {
    const failing = await serving(t, answering(status, headers, body));
    assert.deepEqual(await failing.exchange(call()), refused(code, 'unknown', `status_${status}`));
  }
});

test('an answer without a message is right for a notification and wrong for a request', async (t) => {
  const sockets = new Set<unknown>();
  const upstream = await serving(t, (request, response) => {
    sockets.add(request.socket);
    answering(202, {})(request, response);
  });
  for (let n = 0; n < 3; n++) {
    const answer = answered(await upstream.exchange(call({ kind: 'notification', idText: undefined })));
    assert.equal(answer.form, 'none');
    assert.deepEqual((await read(answer)).texts, []);
    await new Promise(setImmediate);
  }
  assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', 'no_answer_202'));
  assert.ok(sockets.size < 4, 'an empty answer keeps its socket for the next call');
  const empty = await serving(t, answering(200, { ...JSON_TYPE, 'content-length': '0' }));
  assert.deepEqual(await empty.exchange(call()), refused('upstream_invalid', 'unknown', 'no_answer_200'));
  const chunked = await serving(t, answering(200, JSON_TYPE, ''));
  assert.equal((await read(answered(await chunked.exchange(call())))).fault?.reason, 'empty_body');
  assert.equal(answered(await chunked.exchange(call({ kind: 'notification' }))).form, 'none');
  const html = await serving(t, answering(200, { 'content-type': 'text/html' }, 'hello'));
  assert.deepEqual(
    await html.exchange(call({ kind: 'notification' })),
    refused('upstream_invalid', 'unknown', 'content_type'),
  );
});

test('a lost session and a missing stream are told apart from a wrong address', async (t) => {
  const lost = await serving(t, answering(404, { 'content-type': 'text/plain' }, 'Not Found'));
  const session = { headers: [['mcp-session-id', 'upstream-1']] as const };
  const answer = answered(await lost.exchange(call(session)));
  assert.deepEqual([answer.status, answer.form], [404, 'none']);

  const methods: (string | undefined)[] = [];
  const deaf = await serving(t, (request, response) => {
    methods.push(request.method);
    answering(405, {}, 'no')(request, response);
  });
  const bare = {
    caller: 'c',
    gatewaySession: 's',
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...session,
  };
  assert.equal(answered(await deaf.listen!(bare)).status, 405);
  assert.deepEqual(await deaf.endSession(bare), { ok: true, value: 405 });
  assert.deepEqual(methods, ['GET', 'DELETE']);
});

test('the legacy stream of server messages is an event stream or a fault', async (t) => {
  const bare = {
    caller: 'c',
    gatewaySession: 's',
    headers: [],
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  };
  const upstream = await serving(t, answering(200, SSE_TYPE, `id: 1\ndata: ${ANSWER}\n\n`));
  const [first] = await Array.fromAsync(answered(await upstream.listen!(bare)).messages);
  assert.ok(first?.ok && first.value.sse?.id === '1');
  const json = await serving(t, answering(200, JSON_TYPE, ANSWER));
  assert.deepEqual(await json.listen!(bare), refused('upstream_invalid', 'unknown', 'content_type'));
});

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
