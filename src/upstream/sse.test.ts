/** Against a fake server over loopback, and one real server from npm. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '#limits.ts';
import type { Result } from '#result.ts';
import { sendable } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { createSseUpstream } from '#upstream/sse.ts';
import type { SseUpstreamLimits } from '#upstream/sse.ts';
import { createManualTimers, systemTimers } from '#upstream/timers.ts';
import type { Timers } from '#upstream/timers.ts';
import { message, startSseServer } from '#test/fakes/sse-server.ts';
import type { SseMisbehaviour, SseServer } from '#test/fakes/sse-server.ts';

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '../../..');

let records = 0;
function send(body: Record<string, unknown>, overrides: Partial<UpstreamRequest> = {}): Sendable {
  const { id, method, params } = body as {
    id?: unknown;
    method?: string;
    params?: { _meta?: { progressToken?: unknown } };
  };
  const token = params?._meta?.progressToken;
  return sendable(
    {
      caller: 'issuer\nann',
      gatewaySession: 's1',
      kind: method === undefined ? 'response' : id === undefined ? 'notification' : 'request',
      idText: id === undefined ? undefined : JSON.stringify(id),
      method: method ?? '',
      progressTokenText: token === undefined ? undefined : JSON.stringify(token),
      body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })),
      headers: [['accept', 'application/json, text/event-stream']],
      credential: [['authorization', 'Bearer of-the-gateway']],
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      ...overrides,
    },
    { shard: 'a', n: records++ },
  );
}

type Rig = { readonly upstream: Upstream; readonly seen: string[]; readonly until: (start: string) => Promise<string> };
type Options = { readonly limits?: Partial<SseUpstreamLimits>; readonly timers?: Timers };

function connect(t: TestContext, url: URL, { limits = {}, timers = systemTimers }: Options = {}): Rig {
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const note = (text: string): void => {
    seen.push(text);
    for (const wake of waiting) wake();
  };
  const upstream = createSseUpstream(
    { connection: 'fake', url },
    {
      limits: { ...LIMITS, ...limits },
      timers,
      events: {
        onUnattributed: ({ message: said, sessions }) => note(`unattributed ${sessions.join()} ${said.toString()}`),
        onServerRequest: async ({ message: said }) => {
          note(`asked ${said.toString()}`);
          return { shard: 'a', n: records++ };
        },
        onLate: ({ message: said }) => note(`late ${said.toString()}`),
        onStray: ({ message: said }) => note(`stray ${said.toString()}`),
        onStderr: () => {},
        onEnded: ({ reason, asked }) => note(`ended ${reason} ${asked}`),
      },
    },
  );
  t.after(() => upstream.close());
  const until = async (start: string): Promise<string> => {
    for (;;) {
      const found = seen.find((one) => one.startsWith(start));
      if (found !== undefined) return found;
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      waiting.add(wake);
      await promise;
      waiting.delete(wake);
    }
  };
  return { upstream, seen, until };
}

async function rig(
  t: TestContext,
  misbehaviour: SseMisbehaviour = {},
  options: Options = {},
): Promise<Rig & { readonly server: SseServer }> {
  const server = await startSseServer(t, misbehaviour);
  return { server, ...connect(t, server.url, options) };
}

type Read = { readonly form: string; readonly texts: string[]; readonly fault: UpstreamFault | undefined };
async function read(result: Result<UpstreamAnswer, UpstreamFault>): Promise<Read> {
  if (!result.ok) return { form: 'fault', texts: [], fault: result.error };
  const texts: string[] = [];
  for await (const one of result.value.messages) {
    if (!one.ok) return { form: result.value.form, texts, fault: one.error };
    texts.push(one.value.bytes.toString());
  }
  return { form: result.value.form, texts, fault: undefined };
}
const say = async (upstream: Upstream, body: Record<string, unknown>, overrides: Partial<UpstreamRequest> = {}) =>
  read(await upstream.exchange(send(body, overrides)));
const initialize = (upstream: Upstream, overrides: Partial<UpstreamRequest> = {}) =>
  say(upstream, { id: 0, method: 'initialize' }, overrides);
const fault = (code: UpstreamFault['code'], executed: UpstreamFault['executed'], reason: string) => ({
  code,
  executed,
  reason,
});
const sessionOf = ({ texts }: Read): unknown =>
  (JSON.parse(texts[0] ?? '{}') as { result?: { session?: unknown } }).result?.session;

test('a message goes up as one POST to the endpoint, and its answers come down the stream under the id it was sent with', async (t) => {
  const { upstream, server } = await rig(t);
  assert.deepEqual((await initialize(upstream)).texts, ['{"jsonrpc":"2.0","id":0,"result":{"session":0}}']);
  const called = await say(upstream, { id: 'x', method: 'progress', params: { _meta: { progressToken: 'tok' } } });
  assert.equal(called.form, 'sse');
  assert.deepEqual(called.texts, [
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"tok","progress":1,"data":""}}',
    '{"jsonrpc":"2.0","id":"x","result":{}}',
  ]);
  const notified = await upstream.exchange(send({ method: 'notifications/initialized' }));
  assert.ok(notified.ok && notified.value.status === 202 && notified.value.form === 'none');
  assert.deepEqual(
    server.posts.map(({ session }) => session),
    [0, 0, 0],
  );
  assert.equal(server.streams.length, 1);
});

test('the stream and each message carry the credential and nothing of the caller that is not allowed', async (t) => {
  const { upstream, server } = await rig(t);
  await initialize(upstream, { headers: [['mcp-protocol-version', '2024-11-05']] });
  for (const { headers } of [server.streams[0]!, server.posts[0]!]) {
    assert.equal(headers.authorization, 'Bearer of-the-gateway');
    assert.equal(headers['accept-encoding'], 'identity');
  }
  assert.equal(server.posts[0]?.headers['mcp-protocol-version'], '2024-11-05');
  const refused = await say(upstream, { id: 1, method: 'echo' }, { headers: [['cookie', 'a=b']] });
  assert.deepEqual(refused.fault, fault('upstream_invalid', 'no', 'header_not_allowed cookie'));
  assert.equal(server.posts.length, 1);
});

test('each session has a stream of its own, callers share none, and what belongs to no session has one per caller', async (t) => {
  const { upstream, server, until } = await rig(t);
  const bob = { caller: 'issuer\nbob', gatewaySession: 's3' };
  assert.equal(sessionOf(await initialize(upstream)), 0);
  assert.equal(sessionOf(await initialize(upstream, { gatewaySession: 's2' })), 1);
  assert.equal(sessionOf(await initialize(upstream, bob)), 2);
  assert.equal(sessionOf(await say(upstream, { id: 1, method: 'echo' })), 0);
  assert.equal(sessionOf(await say(upstream, { id: 1, method: 'echo' }, { gatewaySession: undefined })), 3);
  assert.equal(sessionOf(await say(upstream, { id: 1, method: 'echo' }, { ...bob, gatewaySession: undefined })), 4);
  assert.equal(sessionOf(await say(upstream, { id: 1, method: 'echo' }, { gatewaySession: undefined })), 3);
  server.say(1, message({ method: 'notifications/tools/list_changed' }));
  assert.match(await until('unattributed'), /^unattributed s2 /);
});

test('two first messages share one stream', async (t) => {
  const { upstream, server } = await rig(t);
  const stateless = { gatewaySession: undefined };
  const both = [1, 2].map((id) => say(upstream, { id, method: 'echo' }, stateless));
  assert.deepEqual((await Promise.all(both)).map(sessionOf), [0, 0]);
  assert.equal(server.streams.length, 1);
});

test('an endpoint elsewhere, too long, missing or no URL is refused before anything is sent', async (t) => {
  for (const [opening, reason] of [
    ['event: endpoint\ndata: https://evil.example/m\n\n', 'endpoint_other_origin'],
    ['event: endpoint\ndata: //evil.example/m\n\n', 'endpoint_other_origin'],
    [`event: endpoint\ndata: /${'x'.repeat(3_000)}\n\n`, 'endpoint_too_long'],
    ['event: endpoint\ndata: /a\ndata: b\n\n', 'endpoint_not_a_url'],
    [message({ id: 0, result: {} }), 'no_endpoint'],
  ] as const) {
    const { upstream, server } = await rig(t, { opening: () => opening });
    const { fault: found } = await initialize(upstream);
    assert.deepEqual(found, fault('upstream_invalid', 'no', reason));
    await server.until(() => server.streams[0]?.isOpen === false);
    assert.equal(server.posts.length, 0);
  }
});

test('a stream that is redirected, refused, of another type, compressed or without an endpoint in time is none, and nothing was executed', async (t) => {
  const stream = { 'content-type': 'text/event-stream' };
  for (const [status, headers, code, reason] of [
    [307, { location: 'http://127.0.0.1:9/sse' }, 'upstream_invalid', 'redirect_307'],
    [401, {}, 'upstream_unavailable', 'upstream_auth_401'],
    [405, {}, 'upstream_invalid', 'status_405'],
    [503, {}, 'upstream_unavailable', 'status_503'],
    [200, { 'content-type': 'application/json' }, 'upstream_invalid', 'content_type'],
    [200, { ...stream, 'content-encoding': 'gzip' }, 'upstream_invalid', 'content_encoding'],
  ] as const) {
    const { upstream } = await rig(t, { onGet: (response) => response.writeHead(status, headers).end() });
    assert.deepEqual((await initialize(upstream)).fault, fault(code, 'no', reason));
  }
  const ended = await rig(t, { onGet: (response) => response.writeHead(200, stream).end(': nothing\n\n') });
  assert.deepEqual((await initialize(ended.upstream)).fault, fault('upstream_unavailable', 'no', 'no_endpoint'));
  const silent = await rig(t, { opening: () => ': nothing\n\n' }, { limits: { sseOpenMs: 50 } });
  assert.equal((await initialize(silent.upstream)).fault?.code, 'upstream_timeout');
});

test('a message that cannot be written was certainly not executed', async (t) => {
  const { upstream, server } = await rig(t);
  await initialize(upstream);
  await new Promise(setImmediate);
  server.stopListening();
  // The socket of the first message may be kept; a second one at the same time needs a new connection.
  const both = await Promise.all([1, 2, 3].map((id) => say(upstream, { id, method: 'echo' })));
  const refused = both.filter(({ fault: found }) => found !== undefined);
  assert.ok(refused.length >= 2, JSON.stringify(both));
  for (const one of refused)
    assert.deepEqual(one.fault, fault('upstream_unavailable', 'no', 'connect_failed ECONNREFUSED'));
  assert.equal(server.posts.length + refused.length, 4);
});

test('a message whose POST is refused, redirected or fails is not sent again, and may have been executed', async (t) => {
  const { upstream, server } = await rig(t, { postStatus: { a: 500, b: 307, c: 400, d: 401 } });
  await initialize(upstream);
  for (const [method, code, executed, reason] of [
    ['a', 'upstream_unavailable', 'unknown', 'status_500'],
    ['b', 'upstream_invalid', 'unknown', 'redirect_307'],
    ['c', 'upstream_invalid', 'unknown', 'status_400'],
    ['d', 'upstream_unavailable', 'no', 'upstream_auth_401'],
  ] as const) {
    assert.deepEqual((await say(upstream, { id: 1, method })).fault, fault(code, executed, reason));
    assert.deepEqual((await say(upstream, { method })).fault, fault(code, executed, reason), 'a notification');
  }
  assert.equal(server.posts.length, 9);
});

test('an answer counts although its POST is never answered', async (t) => {
  const { upstream } = await rig(t, { postStatus: { echo: 'hold' } });
  await initialize(upstream);
  assert.deepEqual((await say(upstream, { id: 1, method: 'echo' })).fault, undefined);
});

test('an answer after its POST failed is late, not released', async (t) => {
  const { upstream, server, until } = await rig(t, { postStatus: { a: 500 } });
  await initialize(upstream);
  await say(upstream, { id: 'mine', method: 'a' });
  server.say(0, message({ id: 2, result: {} }));
  assert.equal(await until('late'), 'late {"jsonrpc":"2.0","id":"mine","result":{}}');
});

test('when a stream dies all its calls fault, its session is lost, and the next initialize opens a new one', async (t) => {
  for (const death of ['end', 'cut']) {
    const { upstream, server, until } = await rig(t);
    await initialize(upstream);
    const [open, killer] = [say(upstream, { id: 1, method: 'ignored' }), say(upstream, { id: 2, method: death })];
    for (const { fault: found } of await Promise.all([open, killer])) {
      assert.equal(found?.code, 'upstream_unavailable');
      assert.equal(found?.executed, 'unknown');
    }
    assert.match(await until('ended'), / false$/);
    const lost = fault('upstream_unavailable', 'no', 'session_lost');
    assert.deepEqual((await say(upstream, { id: 3, method: 'echo' })).fault, lost);
    assert.deepEqual((await say(upstream, { id: 'server-1', result: {} })).fault, lost);
    assert.equal(sessionOf(await initialize(upstream, { gatewaySession: 's2' })), 1);
    assert.equal(server.streams.length, 2);
  }
});

test('a server that knows the session no more loses it here too, and what else is open may have been executed', async (t) => {
  const { upstream, server } = await rig(t, { postStatus: { gone: 404 } });
  await initialize(upstream);
  const open = say(upstream, { id: 1, method: 'ignored' });
  await server.until(() => server.posts.length === 2);
  const lost = fault('upstream_unavailable', 'no', 'session_lost');
  assert.deepEqual((await say(upstream, { id: 2, method: 'gone' })).fault, lost);
  assert.deepEqual((await open).fault, fault('upstream_invalid', 'unknown', 'endpoint_404'));
  assert.deepEqual((await say(upstream, { id: 3, method: 'echo' })).fault, lost);
  await server.until(() => server.streams[0]?.isOpen === false);
});

test('streams that keep dying young are opened ever more rarely', async (t) => {
  const timers = createManualTimers();
  const { upstream, server, seen } = await rig(t, {}, { timers });
  for (const session of ['s1', 's2']) {
    await initialize(upstream, { gatewaySession: session });
    await say(upstream, { id: 1, method: 'cut' }, { gatewaySession: session });
  }
  const paced = await initialize(upstream, { gatewaySession: 's3' });
  assert.deepEqual(paced.fault, fault('upstream_unavailable', 'no', 'restart_pace'));
  assert.equal(sessionOf(await initialize(upstream, { caller: 'issuer\nbob', gatewaySession: 's4' })), 2);
  timers.advance(LIMITS.stdioRestartMs);
  assert.equal(sessionOf(await initialize(upstream, { gatewaySession: 's3' })), 3);
  assert.equal(server.streams.length, 4);
  assert.equal(seen.filter((one) => one.startsWith('ended')).length, 2);
});

test('what is no message, a second endpoint or too large an event ends the stream', async (t) => {
  for (const [event, reason] of [
    ['data: hello\n\n', 'not_json'],
    ['data: [{"jsonrpc":"2.0","id":1,"result":{}}]\n\n', 'not_json'],
    ['event: endpoint\ndata: /other\n\n', 'second_endpoint'],
    [`data: "${'x'.repeat(5_000)}"\n\n`, 'message_too_large'],
    [`data: ${'x'.repeat(40_000)}`, 'message_too_large'],
  ] as const) {
    const { upstream, server } = await rig(t, {}, { limits: { messageBytes: 4_096 } });
    await initialize(upstream);
    const open = say(upstream, { id: 1, method: 'ignored' });
    await server.until(() => server.posts.length === 2);
    server.say(0, event);
    assert.deepEqual((await open).fault, fault('upstream_invalid', 'unknown', reason));
    await server.until(() => server.streams[0]?.isOpen === false);
  }
});

test('comments and events of other names are no messages and end nothing', async (t) => {
  const { upstream, server } = await rig(t, {
    opening: () => 'retry: 5\n\n: hi\n\nevent: endpoint\ndata: /message?sessionId=0\n\n',
  });
  await initialize(upstream);
  for (const event of [': hi\n\n', 'event: ping\ndata: now\n\n', 'id: 7\n\n']) server.say(0, event);
  assert.equal(sessionOf(await say(upstream, { id: 1, method: 'echo' })), 0);
});

test('neither one caller nor all hold more streams than their caps, and an ended session gives its place back', async (t) => {
  const { upstream, server } = await rig(t, {}, { limits: { sseStreams: 2, sseStreamsPerCaller: 1 } });
  const bob = { caller: 'issuer\nbob', gatewaySession: 'b1' };
  const busy = fault('upstream_unavailable', 'no', 'busy');
  await initialize(upstream);
  assert.deepEqual((await initialize(upstream, { gatewaySession: 's2' })).fault, busy);
  assert.equal(sessionOf(await initialize(upstream, bob)), 1);
  assert.deepEqual((await initialize(upstream, { caller: 'issuer\neve', gatewaySession: 'e1' })).fault, busy);
  const { caller, headers, credential, timeoutMs, signal } = send({ id: 1, method: 'x' });
  const session = { caller, gatewaySession: 's1', headers, credential, timeoutMs, signal };
  assert.deepEqual(await upstream.endSession(session), { ok: true, value: 204 });
  await server.until(() => server.streams[0]?.isOpen === false);
  assert.equal((await say(upstream, { id: 1, method: 'echo' })).fault?.reason, 'session_lost');
  assert.equal(sessionOf(await initialize(upstream, { gatewaySession: 's2' })), 2);
});

test('a call beyond what may be open on a stream is busy', async (t) => {
  const { upstream, server } = await rig(t, {}, { limits: { ssePendingCalls: 1 } });
  await initialize(upstream);
  const open = say(upstream, { id: 1, method: 'ignored' });
  await server.until(() => server.posts.length === 2);
  assert.equal((await say(upstream, { id: 2, method: 'echo' })).fault?.reason, 'busy');
  await upstream.close();
  assert.equal((await open).fault?.reason, 'closed');
});

test('an idle stream is closed, one with an open call is not', async (t) => {
  const timers = createManualTimers();
  const { upstream, server } = await rig(t, {}, { timers, limits: { upstreamIdleMs: LIMITS.sseIdleMs * 4 } });
  await initialize(upstream);
  const open = say(upstream, { id: 1, method: 'ignored' }, { timeoutMs: LIMITS.sseIdleMs * 3 });
  await server.until(() => server.posts.length === 2);
  timers.advance(LIMITS.sseIdleMs * 2);
  assert.equal(server.streams[0]?.isOpen, true);
  server.say(0, message({ id: 2, result: {} }));
  await open;
  timers.advance(LIMITS.sseIdleMs);
  await server.until(() => server.streams[0]?.isOpen === false);
});

test('the streams of a caller who is ended close, those of others go on', async (t) => {
  const { upstream, server } = await rig(t);
  await initialize(upstream, { client: 'idp:cli' });
  await initialize(upstream, { caller: 'issuer\nbob', gatewaySession: 'b1', client: 'idp:cli' });
  const open = say(upstream, { id: 1, method: 'ignored' });
  await server.until(() => server.posts.length === 3);
  upstream.endCallers?.((caller, clients) => caller === 'issuer\nann' && clients[0] === 'idp:cli');
  assert.equal((await open).fault?.reason, 'caller_ended');
  await server.until(() => server.streams[0]?.isOpen === false);
  assert.equal(server.streams[1]?.isOpen, true);
});

test('a reader that does not read holds the server back', async (t) => {
  const { upstream, server } = await rig(t, {}, { limits: { sseQueuedBytes: 64 * 1024 } });
  await initialize(upstream);
  const params = { _meta: { progressToken: 1 }, times: 400, bytes: 100_000 };
  const answer = await upstream.exchange(send({ id: 1, method: 'progress', params }));
  assert.ok(answer.ok);
  // What the kernel's buffers do not hold of 40 MB stays with the server, however long nobody reads.
  const { response } = server.streams[0]!;
  let [length, same] = [-1, 0];
  while (same < 20) {
    await new Promise(setImmediate);
    same = response.writableLength === length ? same + 1 : 0;
    length = response.writableLength;
  }
  assert.ok(length > 20_000_000, `${length}`);
  const { texts, fault: found } = await read(answer);
  assert.equal(found, undefined);
  assert.equal(texts.length, 401);
});

test('a request of the server reaches the only open call, and its answer goes back over the same stream', async (t) => {
  const { upstream, server, until } = await rig(t);
  await initialize(upstream);
  const asking = await upstream.exchange(send({ id: 5, method: 'ask' }));
  assert.ok(asking.ok && asking.value.form === 'sse');
  const answer = send({ id: 'server-1', result: { role: 'assistant' } });
  const stranger = await upstream.exchange(send({ id: 'server-1', result: {} }, { gatewaySession: undefined }));
  assert.equal(stranger.ok, false);
  assert.ok((await upstream.exchange(answer)).ok);
  await server.until(() => server.posts.length === 3);
  assert.match(server.posts[2]?.body ?? '', /"role":"assistant"/);
  const next = asking.value.messages[Symbol.asyncIterator]();
  await next.next();
  await next.return?.();
  server.say(0, message({ id: 'server-3', method: 'ping' }));
  await until('asked');
  await server.until(() => server.posts.length === 4);
  assert.deepEqual(JSON.parse(server.posts[3]?.body ?? ''), { jsonrpc: '2.0', id: 'server-3', result: {} });
  assert.equal(server.posts[3]?.headers.authorization, 'Bearer of-the-gateway');
});

const listenIn = (upstream: Upstream, gatewaySession: string, signal: AbortSignal, isBeforeSession = true) => {
  const { caller, headers, credential, timeoutMs } = send({ id: 1, method: 'x' });
  assert.ok(upstream.listen !== undefined);
  return upstream.listen({ caller, gatewaySession, headers, credential, timeoutMs, signal, isBeforeSession });
};

test('who listens before the session begins hears what belongs to no call and is asked, and keeps its stream from being idle', async (t) => {
  const timers = createManualTimers();
  const { upstream, server, seen } = await rig(t, {}, { timers });
  const stop = new AbortController();
  const listening = await listenIn(upstream, 's1', stop.signal);
  assert.ok(listening.ok && listening.value.form === 'sse');
  const messages = listening.value.messages[Symbol.asyncIterator]();
  const first = messages.next();
  await say(upstream, { id: 0, method: 'initialize', params: { capabilities: { roots: {} } } });
  server.say(0, message({ method: 'notifications/tools/list_changed' }));
  const heard = (await first).value;
  assert.match(heard?.ok === true ? heard.value.bytes.toString() : '', /list_changed/);
  server.say(0, message({ id: 's9', method: 'roots/list' }));
  await messages.next();
  assert.ok((await upstream.exchange(send({ id: 's9', result: { roots: [] } }))).ok);
  timers.advance(LIMITS.sseIdleMs * 2);
  assert.equal((await say(upstream, { id: 3, method: 'echo' })).fault, undefined);
  assert.deepEqual(seen, []);
  stop.abort();
  await messages.next();
  await messages.return?.();
  timers.advance(LIMITS.sseIdleMs);
  await server.until(() => server.streams[0]?.isOpen === false);
});

test('who listens before a session begins is let go when it leaves, when another does, and when all ends; a lost session is not waited for', async (t) => {
  const { upstream } = await rig(t);
  const stay = new AbortController().signal;
  const none = { form: 'sse', texts: [], fault: undefined };
  const early = new AbortController();
  const left = read(await listenIn(upstream, 'never-begun', early.signal));
  early.abort();
  assert.deepEqual(await left, none);
  const older = read(await listenIn(upstream, 'twice', stay));
  const newer = read(await listenIn(upstream, 'twice', stay));
  assert.deepEqual(await older, none);
  const lost = await listenIn(upstream, 'never-begun', stay, false);
  assert.equal(!lost.ok && lost.error.reason, 'session_lost');
  await initialize(upstream);
  const listening = read(await listenIn(upstream, 's1', stay));
  await say(upstream, { id: 1, method: 'cut' });
  assert.equal((await listening).fault?.reason, 'session_lost');
  await upstream.close();
  assert.deepEqual(await newer, none);
});

test('a caller that leaves while a stream is being opened leaves alone', async (t) => {
  const gone = new AbortController();
  const { upstream, server } = await rig(t, { opening: () => ': wait\n\n' });
  const stateless = { gatewaySession: undefined };
  const first = say(upstream, { id: 1, method: 'echo' }, { ...stateless, signal: gone.signal });
  const second = say(upstream, { id: 2, method: 'echo' }, stateless);
  await server.until(() => server.streams.length === 1);
  gone.abort();
  assert.deepEqual((await first).fault, fault('upstream_unavailable', 'no', 'aborted'));
  server.say(0, 'event: endpoint\ndata: /message?sessionId=0\n\n');
  assert.equal(sessionOf(await second), 0);
});

test('closing ends streams and calls, and one that is just being opened', async (t) => {
  const { upstream, server } = await rig(t, {
    opening: (session) => (session === 0 ? 'event: endpoint\ndata: /message?sessionId=0\n\n' : ': wait\n\n'),
  });
  await initialize(upstream);
  const open = say(upstream, { id: 1, method: 'ignored' });
  const opening = initialize(upstream, { gatewaySession: 's2' });
  await server.until(() => server.posts.length === 2 && server.streams.length === 2);
  await upstream.close();
  assert.equal((await open).fault?.executed, 'unknown');
  assert.equal((await opening).fault?.executed, 'no');
  await server.until(() => server.streams.every(({ isOpen }) => !isOpen));
  assert.equal((await initialize(upstream)).fault?.reason, 'closed');
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

test('the official everything server is called over its SSE transport', async (t) => {
  const port = await freePort();
  const program = resolve(REPOSITORY, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const child = spawn(process.execPath, [program, 'sse'], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  for await (const line of createInterface({ input: child.stderr })) if (line.includes('running on port')) break;
  child.stderr.resume();
  const { upstream } = connect(t, new URL(`http://127.0.0.1:${port}/sse`));
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const hello = await say(upstream, { id: 0, method: 'initialize', params });
  assert.match(hello.texts.at(-1) ?? '', /"serverInfo"/);
  assert.equal((await say(upstream, { method: 'notifications/initialized' })).fault, undefined);
  const call = { name: 'echo', arguments: { message: 'down the stream' } };
  const { texts } = await say(upstream, { id: 'a', method: 'tools/call', params: call });
  assert.match(texts.at(-1) ?? '', /^\{.*"id":"a".*\}$/);
  assert.match(texts.at(-1) ?? '', /down the stream/);
});
