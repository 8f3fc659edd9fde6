/** Against real child processes: the fake of test/fakes/stdio-server.ts, and one real server from npm. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '#limits.ts';
import type { Result } from '#result.ts';
import { sendable } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { createPlaceBudget } from '#upstream/place-budget.ts';
import type { ServerEvents } from '#upstream/server-events.ts';
import { createStdioUpstream } from '#upstream/stdio.ts';
import type { StdioUpstreamLimits, StdioUpstreamSettings } from '#upstream/stdio.ts';
import { createManualTimers, systemTimers } from '#upstream/timers.ts';
import type { Timers } from '#upstream/timers.ts';

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '../../..');
const FAKE = join(REPOSITORY, 'test/fakes/stdio-server.ts');

let records = 0;
function send(body: Record<string, unknown>, overrides: Partial<UpstreamRequest> = {}): Sendable {
  const { id, method, params } = body as {
    id?: unknown;
    method?: string;
    params?: { _meta?: { progressToken?: unknown } };
  };
  const token = params?._meta?.progressToken;
  const request: UpstreamRequest = {
    caller: 'issuer\nann',
    gatewaySession: undefined,
    kind: method === undefined ? 'response' : id === undefined ? 'notification' : 'request',
    idText: id === undefined ? undefined : JSON.stringify(id),
    method: method ?? '',
    progressTokenText: token === undefined ? undefined : JSON.stringify(token),
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })),
    headers: [],
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...overrides,
  };
  return sendable(request, { shard: 'a', n: records++ });
}

type Seen = { readonly kind: string; readonly text: string };
type Rig = {
  readonly upstream: Upstream;
  readonly seen: Seen[];
  readonly until: (kind: string) => Promise<Seen>;
  readonly budget: () => number;
};
type RigOptions = {
  readonly settings?: Partial<StdioUpstreamSettings>;
  readonly limits?: Partial<StdioUpstreamLimits> & {
    readonly stdioProcesses?: number;
    readonly stdioProcessesPerCaller?: number;
  };
  readonly timers?: Timers;
  readonly env?: Record<string, string>;
};

function rig(t: TestContext, { settings = {}, limits = {}, timers = systemTimers, env = {} }: RigOptions = {}): Rig {
  const seen: Seen[] = [];
  const waiting: (() => void)[] = [];
  const note = (kind: string, text: string): void => {
    seen.push({ kind, text });
    for (const wake of waiting.splice(0)) wake();
  };
  const events: ServerEvents = {
    onUnattributed: ({ message, sessions }) => note('unattributed', `${message.toString()} ${sessions.join()}`),
    onServerRequest: async ({ message }) => {
      note('server_request', message.toString());
      return { shard: 'a', n: records++ };
    },
    onLate: ({ message, intent }) => note('late', `${intent.n} ${message.toString()}`),
    onStray: ({ message }) => note('stray', message.toString()),
    onStderr: ({ line }) => note('stderr', line),
    onEnded: ({ reason, asked }) => note('ended', `${reason} ${asked}`),
  };
  const all = { ...LIMITS, ...limits };
  const budget = createPlaceBudget({ total: all.stdioProcesses, perOwner: all.stdioProcessesPerCaller });
  const upstream = createStdioUpstream(
    {
      connection: 'fake',
      command: process.execPath,
      args: [FAKE],
      env: {},
      cwd: REPOSITORY,
      shared: false,
      ...settings,
    },
    {
      limits: all,
      timers,
      budget,
      env: { PATH: process.env['PATH'], HOME: '/nowhere', OTHER_SECRET: 'of the gateway', ...env },
      events,
      maskLine: (text) => text.replaceAll('hunter2-hunter2', '[SECRET]'),
      atExit: (run) => {
        process.once('exit', run);
        return () => process.removeListener('exit', run);
      },
    },
  );
  t.after(() => upstream.close());
  const until = async (kind: string): Promise<Seen> => {
    for (;;) {
      const found = seen.find((one) => one.kind === kind);
      if (found !== undefined) return found;
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      waiting.push(wake);
      await promise;
    }
  };
  return { upstream, seen, until, budget: () => budget.count() };
}

async function read(
  result: Result<UpstreamAnswer, UpstreamFault>,
): Promise<{ readonly form: string; readonly texts: string[]; readonly fault: UpstreamFault | undefined }> {
  if (!result.ok) return { form: 'fault', texts: [], fault: result.error };
  const texts: string[] = [];
  for await (const message of result.value.messages) {
    if (!message.ok) return { form: result.value.form, texts, fault: message.error };
    texts.push(message.value.bytes.toString());
  }
  return { form: result.value.form, texts, fault: undefined };
}

const pidOf = (text: string | undefined): number =>
  (JSON.parse(text ?? '{}') as { result: { pid: number } }).result.pid;
async function pid(upstream: Upstream, overrides: Partial<UpstreamRequest> = {}): Promise<number> {
  return pidOf((await read(await upstream.exchange(send({ id: 1, method: 'echo' }, overrides)))).texts[0]);
}

test('two clients of one caller may use the same id and token, and each gets its own answer in its own spelling', async (t) => {
  const { upstream } = rig(t);
  const params = { _meta: { progressToken: 'tok' } };
  const one = upstream.exchange(send({ id: 'x', method: 'hold', params }, { gatewaySession: undefined }));
  const first = await one;
  const two = upstream.exchange(send({ id: 'x', method: 'hold', params }));
  const second = await two;
  const odd = send(
    { id: 7, method: 'release' },
    { idText: '7e0', body: Buffer.from('{"jsonrpc":"2.0",\r\n "id" : 7e0,\n"method":"release"}') },
  );
  const released = await read(await upstream.exchange(odd));
  assert.deepEqual(released.texts, ['{"jsonrpc":"2.0","id":7e0,"result":{}}']);
  const [a, b] = [await read(first), await read(second)];
  const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"tok","progress":0}}';
  assert.equal(a.form, 'sse');
  assert.deepEqual(a.texts, [progress, '{"jsonrpc":"2.0","id":"x","result":{"held":1}}']);
  assert.deepEqual(b.texts, [progress, '{"jsonrpc":"2.0","id":"x","result":{"held":2}}']);
});

test('an answer alone is JSON, an answer after other messages is a stream, a notification gets none', async (t) => {
  const { upstream, until } = rig(t);
  assert.equal((await read(await upstream.exchange(send({ id: 1, method: 'echo' })))).form, 'json');
  const log = await read(await upstream.exchange(send({ id: 2, method: 'log' })));
  assert.equal(log.form, 'sse');
  assert.match(log.texts[0] ?? '', /notifications\/message/);
  const notified = await upstream.exchange(send({ method: 'notifications/initialized' }));
  assert.ok(notified.ok && notified.value.form === 'none' && notified.value.status === 202);
  assert.match((await until('unattributed')).text, /notifications\/heard.*notifications\/initialized/);
});

test('every caller has a process of its own, with the configured environment and nothing of the gateway', async (t) => {
  const { upstream, budget } = rig(t, { settings: { env: { CONFIGURED: 'yes' } } });
  const ann = await pid(upstream);
  assert.equal(await pid(upstream), ann);
  assert.notEqual(await pid(upstream, { caller: 'issuer\nbob' }), ann);
  assert.equal(budget(), 2);
  const { texts } = await read(await upstream.exchange(send({ id: 1, method: 'env' })));
  const { env, cwd } = (JSON.parse(texts[0] ?? '') as { result: { env: Record<string, string>; cwd: string } }).result;
  assert.equal(cwd, REPOSITORY);
  assert.deepEqual(Object.keys(env).sort(), ['CONFIGURED', 'HOME', 'PATH']);
});

test('a shared connection has one process for all callers', async (t) => {
  const { upstream } = rig(t, { settings: { shared: true } });
  assert.equal(await pid(upstream, { caller: 'issuer\nbob' }), await pid(upstream));
});

test('a client is only told what belongs to its call: with two calls open, other messages go to the gateway', async (t) => {
  const { upstream, until } = rig(t);
  const params = { _meta: { progressToken: 1 } };
  const held = await upstream.exchange(send({ id: 1, method: 'hold', params }));
  const log = await read(await upstream.exchange(send({ id: 2, method: 'log' })));
  assert.equal(log.form, 'json');
  assert.match((await until('unattributed')).text, /notifications\/message/);
  await read(await upstream.exchange(send({ id: 3, method: 'release' })));
  assert.equal((await read(held)).texts.length, 2);
});

test('a request of the server reaches the client of the only open call, and only that client can answer it, once', async (t) => {
  const { upstream } = rig(t);
  const asking = await upstream.exchange(send({ id: 5, method: 'ask' }));
  assert.ok(asking.ok);
  const iterator = asking.value.messages[Symbol.asyncIterator]();
  const request = await iterator.next();
  assert.ok(request.done !== true && request.value.ok);
  assert.match(request.value.value.bytes.toString(), /"id":"server-1","method":"sampling\/createMessage"/);
  const answer = { id: 'server-1', result: 'yes' };
  const refused = { ok: false, error: { code: 'upstream_invalid', executed: 'no', reason: 'not_asked' } };
  assert.ok((await upstream.exchange(send(answer))).ok);
  assert.deepEqual(await upstream.exchange(send(answer)), refused);
  const final = await iterator.next();
  assert.ok(final.done !== true && final.value.ok);
  assert.equal(final.value.value.bytes.toString(), '{"jsonrpc":"2.0","id":5,"result":{"told":"yes"}}');
  assert.equal((await iterator.next()).done, true);
});

test('on a process that callers share nobody is asked for another, and nothing without a token is anybody’s', async (t) => {
  const { upstream, until } = rig(t, { settings: { shared: true } });
  const asking = await upstream.exchange(send({ id: 5, method: 'ask' }));
  assert.match((await until('server_request')).text, /sampling\/createMessage/);
  assert.ok(asking.ok);
  const { texts } = await read(asking);
  assert.equal(
    texts.some((text) => text.includes('sampling/createMessage')),
    false,
  );
});

test('a second answer to a call is reported and not released', async (t) => {
  const { upstream, until } = rig(t);
  const { texts } = await read(await upstream.exchange(send({ id: 9, method: 'twice' })));
  assert.deepEqual(texts, ['{"jsonrpc":"2.0","id":9,"result":{"first":true}}']);
  assert.match((await until('stray')).text, /"first":false/);
});

test('the answer to an abandoned call is late: reported under its intent, not released', async (t) => {
  const { upstream, until } = rig(t);
  const gone = new AbortController();
  const call = send({ id: 1, method: 'hold', params: { _meta: { progressToken: 1 } } }, { signal: gone.signal });
  const intent = records - 1;
  const answer = await upstream.exchange(call);
  gone.abort();
  assert.deepEqual((await read(answer)).fault, {
    code: 'upstream_unavailable',
    executed: 'unknown',
    reason: 'aborted',
  });
  await read(await upstream.exchange(send({ id: 2, method: 'release' })));
  assert.equal((await until('late')).text, `${intent} {"jsonrpc":"2.0","id":1,"result":{"held":1}}`);
});

test('a cancellation names the call by the id the server knows', async (t) => {
  const { upstream, until, seen } = rig(t);
  await pid(upstream);
  const call = send({ id: 'mine', method: 'hold', params: { _meta: { progressToken: 1 } } });
  const intent = records - 1;
  const held = await upstream.exchange(call);
  assert.ok(held.ok);
  const cancelled = { method: 'notifications/cancelled', params: { requestId: 'mine' } };
  await upstream.exchange(send({ ...cancelled, params: { requestId: 'other' } }));
  await upstream.exchange(send(cancelled, { caller: 'issuer\nann', gatewaySession: undefined }));
  const iterator = held.value.messages[Symbol.asyncIterator]();
  await iterator.next();
  const heard = await iterator.next();
  assert.ok(heard.done !== true && heard.value.ok);
  assert.match(heard.value.value.bytes.toString(), /"method":"notifications\/cancelled","params":\{"requestId":2\}/);
  await upstream.exchange(send(cancelled, { cancels: { shard: 'a', n: intent }, gatewaySession: undefined }));
  const again = await iterator.next();
  assert.ok(again.done !== true && again.value.ok);
  assert.match(again.value.value.bytes.toString(), /"requestId":2/);
  assert.deepEqual(seen, []);
  await iterator.return?.();
  await read(await upstream.exchange(send({ id: 1, method: 'release' })));
  await until('late');
});

test('messages of a subscription carry the id of the client and go to its stream, however many calls are open', async (t) => {
  const { upstream } = rig(t);
  const held = await upstream.exchange(send({ id: 'h', method: 'hold', params: { _meta: { progressToken: 1 } } }));
  const listening = await upstream.exchange(send({ id: 'sub', method: 'subscriptions/listen' }));
  await read(await upstream.exchange(send({ id: 3, method: 'release' })));
  const { texts } = await read(listening);
  assert.match(texts[0] ?? '', /"io.modelcontextprotocol\/subscriptionId":"sub"/);
  assert.match(texts[1] ?? '', /"id":"sub"/);
  await read(held);
});

test('the death of a process faults its calls, loses its sessions, and the next call starts another', async (t) => {
  const { upstream, until, budget } = rig(t);
  const session = { gatewaySession: 's1' };
  const first = pidOf((await read(await upstream.exchange(send({ id: 1, method: 'initialize' }, session)))).texts[0]);
  assert.equal(await pid(upstream, session), first);
  const held = await upstream.exchange(
    send({ id: 1, method: 'hold', params: { _meta: { progressToken: 1 } } }, session),
  );
  process.kill(first, 'SIGKILL');
  assert.deepEqual((await read(held)).fault, {
    code: 'upstream_unavailable',
    executed: 'unknown',
    reason: 'signal_SIGKILL',
  });
  assert.deepEqual(await until('ended'), { kind: 'ended', text: 'signal_SIGKILL false' });
  assert.equal(budget(), 0);
  const lost = await upstream.exchange(send({ id: 2, method: 'echo' }, session));
  assert.deepEqual(lost, {
    ok: false,
    error: { code: 'upstream_unavailable', executed: 'no', reason: 'session_lost' },
  });
  const second = pidOf(
    (await read(await upstream.exchange(send({ id: 3, method: 'initialize' }, { gatewaySession: 's2' })))).texts[0],
  );
  assert.notEqual(second, first);
  assert.equal(await pid(upstream, { gatewaySession: 's2' }), second);
  await upstream.endSession({ ...send({ id: 0, method: '' }), gatewaySession: 's2' });
  assert.equal(
    (await read(await upstream.exchange(send({ id: 4, method: 'echo' }, { gatewaySession: 's2' })))).fault?.reason,
    'session_lost',
  );
});

test('a process that keeps dying young is started ever more rarely', async (t) => {
  const timers = createManualTimers();
  const { upstream } = rig(t, { timers, settings: { args: [FAKE, 'dies'] } });
  const reasons: string[] = [];
  for (let n = 0; n < 4; n++)
    reasons.push((await read(await upstream.exchange(send({ id: n, method: 'echo' })))).fault?.reason ?? '');
  assert.deepEqual(reasons, ['exit_9', 'exit_9', 'restart_pace', 'restart_pace']);
  timers.advance(LIMITS.stdioRestartMs);
  assert.equal((await read(await upstream.exchange(send({ id: 9, method: 'echo' })))).fault?.reason, 'exit_9');
});

test('a program that cannot be started certainly executed nothing', async (t) => {
  const { upstream, budget } = rig(t, { settings: { command: '/nowhere/no-such-program' } });
  const result = await upstream.exchange(send({ id: 1, method: 'echo' }));
  assert.deepEqual(result, {
    ok: false,
    error: { code: 'upstream_unavailable', executed: 'no', reason: 'start_failed ENOENT' },
  });
  assert.equal(budget(), 0);
});

test('a line that is no message, or too long, faults the calls and ends the process', async (t) => {
  for (const [method, reason] of [
    ['garbage', 'not_json'],
    ['long', 'line_too_long'],
  ] as const) {
    const { upstream, until, seen } = rig(t, { limits: { messageBytes: 16 * 1024 } });
    const { fault } = await read(await upstream.exchange(send({ id: 1, method })));
    assert.deepEqual(fault, { code: 'upstream_invalid', executed: 'unknown', reason });
    assert.match((await until('ended')).text, /true$/);
    assert.equal(seen.length, 1, 'nothing that follows such a line is heard');
  }
});

test('stderr comes masked, whole or not at all, and a flood of it is cut', async (t) => {
  const { upstream, seen } = rig(t, {
    limits: { stdioStderrLinesPerSecond: 50 },
    timers: { ...systemTimers, nowMs: () => 0 },
  });
  await read(await upstream.exchange(send({ id: 1, method: 'stderr' })));
  await upstream.close();
  const lines = seen.filter((one) => one.kind === 'stderr').map((one) => one.text);
  assert.equal(lines[0], 'password is [SECRET]');
  assert.equal(lines[1], '[line of stderr withheld: 100000 bytes]');
  assert.equal(lines[2], 'line 0');
  assert.equal(lines.length, 50);
});

test('no more processes are started than the caps allow', async (t) => {
  const { upstream, budget } = rig(t, { limits: { stdioProcesses: 1 } });
  await pid(upstream);
  const result = await upstream.exchange(send({ id: 1, method: 'echo' }, { caller: 'issuer\nbob' }));
  assert.deepEqual(result, { ok: false, error: { code: 'upstream_unavailable', executed: 'no', reason: 'busy' } });
  assert.equal(budget(), 1);
});

test('no more calls are open at once in a process than the limit allows', async (t) => {
  const { upstream } = rig(t, { limits: { stdioPendingCalls: 1 } });
  const held = await upstream.exchange(send({ id: 1, method: 'hold', params: { _meta: { progressToken: 1 } } }));
  assert.equal((await read(await upstream.exchange(send({ id: 2, method: 'echo' })))).fault?.reason, 'busy');
  await upstream.close();
  assert.equal((await read(held)).fault?.reason, 'closed');
});

test('a process that nobody called for a while is ended, and not while a call is open', async (t) => {
  const timers = createManualTimers();
  const { upstream, until, budget, seen } = rig(t, {
    timers,
    limits: { stdioIdleMs: 1_000, upstreamIdleMs: 1_000_000 },
  });
  const first = await pid(upstream);
  timers.advance(999);
  assert.equal(await pid(upstream), first);
  const held = await upstream.exchange(send({ id: 1, method: 'hold', params: { _meta: { progressToken: 1 } } }));
  timers.advance(5_000);
  assert.deepEqual(seen, []);
  await read(await upstream.exchange(send({ id: 2, method: 'release' })));
  await read(held);
  timers.advance(1_000);
  assert.equal((await until('ended')).text, 'exit_0 true');
  assert.equal(budget(), 0);
  assert.notEqual(await pid(upstream), first);
});

test('a call that is not answered in time is timed out, and what it did is unknown', async (t) => {
  const timers = createManualTimers();
  const { upstream } = rig(t, { timers });
  await pid(upstream);
  const exchange = upstream.exchange(send({ id: 1, method: 'ask' }, { timeoutMs: 1_000 }));
  const asking = await exchange;
  assert.ok(asking.ok);
  const reading = read(asking);
  while (timers.pending() === 0) await new Promise(setImmediate);
  timers.advance(LIMITS.upstreamIdleMs);
  assert.deepEqual((await reading).fault, { code: 'upstream_timeout', executed: 'unknown', reason: 'answer_timeout' });
});

test('a process that ignores the end of its input and SIGTERM is killed with everything it started', async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { upstream, seen } = rig(t, { settings: { args: [FAKE, 'stubborn'] }, limits: { stdioStopMs: 200 } });
  const connected = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  await read(await upstream.exchange(send({ id: 1, method: 'grandchild', params: { port } })));
  await connected;
  const grandchildGone = once(sockets[0]!, 'close');
  await upstream.close();
  await grandchildGone;
  assert.deepEqual(seen, [{ kind: 'ended', text: 'signal_SIGKILL true' }]);
});

test('what a dead server started does not outlive it', async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { upstream } = rig(t);
  const connected = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const first = await pid(upstream);
  await read(await upstream.exchange(send({ id: 1, method: 'grandchild', params: { port } })));
  await connected;
  const grandchildGone = once(sockets[0]!, 'close');
  process.kill(first, 'SIGKILL');
  await grandchildGone;
});

test('a real MCP server answers through it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-stdio-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = join(REPOSITORY, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
  const { upstream, until } = rig(t, {
    settings: { args: [server], env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } },
  });
  const session = { gatewaySession: 's' };
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const first = await read(
    await upstream.exchange(send({ id: 'init', method: 'initialize', params: initialize }, session)),
  );
  assert.match(first.texts[0] ?? '', /"id":"init"|"serverInfo"/);
  assert.ok((await upstream.exchange(send({ method: 'notifications/initialized' }, session))).ok);
  const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes books'] }];
  const call = { id: 2, method: 'tools/call', params: { name: 'create_entities', arguments: { entities } } };
  const { texts, fault } = await read(await upstream.exchange(send(call, session)));
  assert.equal(fault, undefined);
  assert.match(texts.at(-1) ?? '', /likes books/);
  assert.match((await until('stderr')).text, /running on stdio/);
});

test('while an abandoned call still runs, the only open one is not taken for the one a server means', async (t) => {
  const { upstream, until } = rig(t);
  const gone = new AbortController();
  const abandoned = await upstream.exchange(
    send({ id: 1, method: 'hold', params: { _meta: { progressToken: 1 } } }, { signal: gone.signal }),
  );
  gone.abort();
  await read(abandoned);
  const asking = await upstream.exchange(send({ id: 5, method: 'ask' }));
  assert.match((await until('server_request')).text, /sampling\/createMessage/);
  const { texts } = await read(asking);
  assert.equal(
    texts.some((text) => text.includes('sampling/createMessage')),
    false,
  );
});

test('the process of a caller who is ended stops with its sessions and calls, those of others and a shared one go on', async (t) => {
  const { upstream, until, budget } = rig(t);
  const session = { client: 'idp:cli', gatewaySession: 's1' };
  const first = pidOf((await read(await upstream.exchange(send({ id: 1, method: 'initialize' }, session)))).texts[0]);
  assert.equal(await pid(upstream, { client: 'idp:app' }), first);
  await pid(upstream, { caller: 'issuer\nbob', client: 'idp:cli' });
  const params = { _meta: { progressToken: 1 } };
  const held = await upstream.exchange(send({ id: 2, method: 'hold', params }, session));
  const seen: (readonly [string, readonly string[]])[] = [];
  upstream.endCallers?.((caller, clients) => {
    seen.push([caller, clients]);
    return caller === 'issuer\nann';
  });
  assert.deepEqual(seen, [
    ['issuer\nann', ['idp:cli', 'idp:app']],
    ['issuer\nbob', ['idp:cli']],
  ]);
  assert.equal((await read(held)).fault?.reason, 'caller_ended');
  assert.match((await until('ended')).text, / true$/);
  assert.equal(budget(), 1);
  assert.throws(() => process.kill(first, 0), /ESRCH/);
  const lost = await upstream.exchange(send({ id: 3, method: 'echo' }, session));
  assert.equal(!lost.ok && lost.error.reason, 'session_lost');

  const shared = rig(t, { settings: { shared: true } });
  const one = await pid(shared.upstream);
  shared.upstream.endCallers?.(() => true);
  assert.equal(await pid(shared.upstream), one);
});

test('a caller who comes through too many clients to remember is busy there, not forgotten', async (t) => {
  const { upstream } = rig(t, { limits: { stdioClientsPerProcess: 1 } });
  await pid(upstream, { client: 'idp:cli' });
  await pid(upstream, { client: 'idp:cli' });
  const refused = await upstream.exchange(send({ id: 1, method: 'echo' }, { client: 'idp:app' }));
  assert.equal(!refused.ok && refused.error.reason, 'busy');
});
