/** GET streams and resumption: official clients and an official server with an event store, through the gateway. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ListRootsRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { startEventStoreServer } from '../fakes/event-store-server.ts';
import type { EventStoreServer } from '../fakes/event-store-server.ts';
import { startTestGateway } from './harness.ts';
import type { TestGateway, TestRecord } from './harness.ts';
import { until } from './until.ts';

/** A person with a grant of her own. */
const ADA = { cid: 'cli', sub: 'ada@example.com', uid: '00u1', groups: ['readers'] };
const POLICY = `levels:
  use: { allow: ["*"] }
grants:
  - { clients: ["idp:robot"], connections: [store, process], level: use }
  - { groups: ["idp:readers"], connections: [store], level: use }
`;

const STDIO = fileURLToPath(new URL('../fakes/stdio-server.ts', import.meta.url));

type Rig = { readonly gateway: TestGateway; readonly server: EventStoreServer };

async function rig(t: TestContext, limits: Readonly<Record<string, number>> = {}): Promise<Rig> {
  const server = await startEventStoreServer();
  t.after(() => server.close());
  const program = `command: "${process.execPath}", args: ["${STDIO}"]`;
  const yaml = `  store:
    upstream: { type: http, url: "${server.url}" }
  process:
    upstream: { type: stdio, ${program} }
`;
  return {
    server,
    gateway: await startTestGateway(t, { limits, policy: POLICY, connections: { yaml, names: ['store', 'process'] } }),
  };
}

const shape = ({ leaf }: TestRecord): string => `${leaf.kind} ${leaf.st}`;
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'raw', version: '1' } },
};

/** A client of bare HTTP, in a session it began. */
async function rawSession({ gateway }: Rig, claims?: Readonly<Record<string, unknown>>, connection = 'store') {
  const authorization = `Bearer ${await gateway.token(claims)}`;
  const begun = await fetch(gateway.url(connection), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify(initialize),
  });
  await begun.text();
  const session = begun.headers.get('mcp-session-id') ?? assert.fail('no session');
  const common = { authorization, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  return {
    session,
    headers: common,
    post: (message: object, signal?: AbortSignal) =>
      fetch(gateway.url(connection), {
        method: 'POST',
        headers: { ...common, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
        ...(signal === undefined ? {} : { signal }),
      }),
    get: (headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
      fetch(gateway.url(connection), {
        headers: { ...common, accept: 'text/event-stream', ...headers },
        ...(signal === undefined ? {} : { signal }),
      }),
    end: () => fetch(gateway.url(connection), { method: 'DELETE', headers: common }),
  };
}

/** The id of the first event of a stream, which is then left. */
async function primingId(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const id = /^id: (\S+)$/m.exec(text)?.[1];
    if (id !== undefined && text.includes('\n\n')) return id;
  }
  return assert.fail(`no id in ${text}`);
}
const callTool = (name: string, id: number) => ({ id, method: 'tools/call', params: { name, arguments: {} } });

test('SDK v1 hears on its GET stream that tools changed, and answers what the server asks there', async (t) => {
  const { gateway, server } = await rig(t);
  const client = new ClientV1({ name: 'sdk-v1', version: '1' }, { capabilities: { roots: {} } });
  const changed = Promise.withResolvers<void>();
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///work' }] }));
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  await client.connect(new HttpV1(new URL(gateway.url('store')), { requestInit: { headers } }));
  await gateway.recordWhere(({ leaf }) => leaf.st === 'listen');
  const [session] = server.sessions;
  await until(async () => {
    session?.sendToolListChanged();
    return Promise.race([changed.promise.then(() => true), new Promise<boolean>((no) => setTimeout(no, 20, false))]);
  });
  const { roots } = (await session?.server.listRoots()) ?? assert.fail('no session');
  assert.deepEqual(roots, [{ uri: 'file:///work' }]);
  await client.close();
  await gateway.recordWhere(({ leaf, header }) => leaf.st === 'listen_end' && header?.reason === 'client_gone');
  const records = await gateway.records();
  const asked = records.find(({ header }) => header?.method === 'roots/list');
  const answered = records.find(({ leaf, payload }) => leaf.st === 'up' && payload?.includes('file:///work') === true);
  assert.deepEqual([asked && shape(asked), answered && shape(answered)], ['stream down', 'stream up']);
});

for (const [sdk, connect] of [
  [
    'v1',
    async (url: URL, headers: Record<string, string>) => {
      const client = new ClientV1({ name: 'sdk-v1', version: '1' });
      await client.connect(new HttpV1(url, { requestInit: { headers } }));
      return client;
    },
  ],
  [
    'v2 legacy',
    async (url: URL, headers: Record<string, string>) => {
      const client = new ClientV2({ name: 'sdk-v2', version: '2' }, { versionNegotiation: { mode: 'legacy' } });
      await client.connect(new HttpV2(url, { requestInit: { headers } }));
      return client;
    },
  ],
] as const) {
  test(`SDK ${sdk} comes back for the answer of a server that ends the stream before it, and the intent has one result`, async (t) => {
    const { gateway } = await rig(t);
    const client = await connect(new URL(gateway.url('store')), { authorization: `Bearer ${await gateway.token()}` });
    const answer = await client.callTool({ name: 'poll', arguments: {} });
    assert.deepEqual(answer.content, [{ type: 'text', text: 'polled' }]);
    await client.close();
    const records = await gateway.records();
    const intent = records.find(({ header, leaf }) => leaf.kind === 'intent' && header?.name === 'poll');
    const results = records.filter(({ leaf }) => leaf.kind === 'result' && leaf.ref === intent?.leaf.n);
    assert.deepEqual(results.map(shape), ['result ok']);
    assert.equal(results[0]?.header?.resumed, `a:${intent?.leaf.n}`);
  });
}

test('a client that was cut off in the middle of a call resumes it, and the answer comes once and closes its intent', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const leaving = new AbortController();
  const id = await primingId(await client.post(callTool('wait', 7), leaving.signal));
  leaving.abort();
  const resumed = await client.get({ 'last-event-id': id });
  assert.equal(resumed.status, 200);
  made.server.release();
  assert.match(await resumed.text(), /"id":7|"waited"/);
  const records = await made.gateway.records();
  const intent = records.find(({ header, leaf }) => leaf.kind === 'intent' && header?.name === 'wait');
  const own = records.filter(({ leaf }) => leaf.call === intent?.leaf.call);
  assert.deepEqual(own.map(shape), ['intent open', 'result ok']);
});

test('a second request under an id that the server has not answered is refused, and the id is free again afterwards', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const waiting = client.post(callTool('wait', 7));
  await made.gateway.recordWhere(({ leaf, header }) => leaf.kind === 'intent' && header?.name === 'wait');
  for (const id of [7, '7']) {
    const second = await client.post({ id, method: 'tools/list' });
    assert.match(`${second.status} ${await second.text()}`, /^400 .*"invalid_request","executed":"no"/);
  }
  made.server.release();
  assert.match(await (await waiting).text(), /waited/);
  assert.match(await (await client.post({ id: 7, method: 'tools/list' })).text(), /"tools"/);
  await made.gateway.recordWhere(({ leaf, header }) => leaf.kind === 'denied' && header?.reason === 'id_in_use');
});

test('an answer that nobody was there to take is given to who asks for it again, and recorded as resumed', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const left = Promise.withResolvers<void>();
  made.gateway.composed.server.once('connection', (socket: Socket) => socket.once('close', left.resolve));
  const request = httpRequest(made.gateway.url('store'), {
    method: 'POST',
    agent: false,
    headers: { ...client.headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  });
  request.end(JSON.stringify({ jsonrpc: '2.0', ...callTool('wait', 7) }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const [chunk] = (await once(response, 'data')) as [Buffer];
  const id = /^id: (\S+)$/m.exec(chunk.toString())?.[1] ?? assert.fail('no id');
  response.destroy();
  await left.promise;
  made.server.release();
  await made.gateway.recordWhere(({ leaf }) => leaf.st === 'undelivered');
  const resumed = await client.get({ 'last-event-id': id });
  assert.match(await resumed.text(), /"waited"/);
  const records = await made.gateway.records();
  const intent = records.find(({ header, leaf }) => leaf.kind === 'intent' && header?.name === 'wait');
  const own = records.filter(({ leaf }) => leaf.call === intent?.leaf.call);
  assert.deepEqual(own.map(shape), ['intent open', 'result undelivered', 'stream down']);
  assert.equal(own[2]?.header?.resumed, `a:${intent?.leaf.n}`);
});

test("another caller's session and event id, and one that was made up, open nothing and are in the book", async (t) => {
  const made = await rig(t);
  const [ada, robot] = [await rawSession(made, ADA), await rawSession(made)];
  const leaving = new AbortController();
  const id = await primingId(await robot.post(callTool('wait', 7), leaving.signal));
  assert.equal((await robot.get({ 'last-event-id': 'made-up' })).status, 400);
  const second = await rawSession(made);
  assert.equal((await second.get({ 'last-event-id': id })).status, 400);
  assert.equal((await robot.get({ 'mcp-session-id': 'unknown' })).status, 404);
  assert.equal((await ada.get({ 'mcp-session-id': robot.session })).status, 404);
  assert.equal((await robot.get({ accept: 'application/json' })).status, 406);
  assert.equal((await ada.get({ 'last-event-id': id })).status, 400);
  assert.equal((await robot.get({ 'mcp-protocol-version': '2026-07-28' })).status, 405);
  made.server.release();
  leaving.abort();
  // The one without `Accept` is refused before it is known who asks: recorded without a wait.
  const reasons = async (): Promise<unknown[]> =>
    (await made.gateway.records())
      .filter(({ leaf, header }) => leaf.kind === 'denied' && header?.caller !== undefined)
      .map(({ header }) => header?.reason);
  await until(async () => (await reasons()).length === 5);
  assert.deepEqual(await reasons(), ['event_id', 'event_id', 'not_of_this_caller', 'not_of_this_caller', 'event_id']);
});

test('the end of a session ends its stream, and what comes after is 404', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const stream = await client.get();
  assert.equal(stream.status, 200);
  await client.end();
  await stream.text();
  assert.equal((await client.get()).status, 404);
  await made.gateway.recordWhere(({ leaf, header }) => leaf.st === 'listen_end' && header?.reason === 'session_ended');
});

test('a stop ends streams at once, with a record', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const stream = await client.get();
  const ended = stream.text();
  await made.gateway.stop();
  await ended;
  const last = (await made.gateway.records()).findLast(({ leaf }) => leaf.st === 'listen_end');
  assert.equal(last?.header?.reason, 'draining');
});

test('in silence a stream gets comments, so that nothing on the way takes it for dead', async (t) => {
  const made = await rig(t, { streamQuietMs: 100 });
  const client = await rawSession(made);
  const leaving = new AbortController();
  const stream = await client.get({}, leaving.signal);
  let text = '';
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.split(':\n\n').length > 2) break;
  }
  leaving.abort();
  assert.match(text, /^(?::\n\n)+$/);
});

test('a response to nothing that was asked is refused, recorded, and not sent up', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made);
  const answer = await client.post({ id: 99, result: {} });
  assert.equal(answer.status, 400);
  const denied = (await made.gateway.records()).at(-1);
  assert.deepEqual([denied?.leaf.kind, denied?.header?.reason], ['denied', 'not_asked']);
});

/** What comes on a stream, read on and on. */
function following(response: Response) {
  let text = '';
  const ended = (async (): Promise<void> => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  })();
  return { has: (words: string) => until(() => text.includes(words)), ended };
}

test('of a server that is a process the stream brings what belongs to no call, its questions to who can answer, and its end', async (t) => {
  const made = await rig(t);
  const client = await rawSession(made, undefined, 'process');
  const stream = following(await client.get());
  await (await client.post({ method: 'notifications/initialized' })).text();
  await stream.has('notifications/heard');
  assert.equal((await client.post({ id: 5, method: 'askLater', params: {} })).status, 200);
  await stream.has('roots/list');
  const answer = { id: 'server-2', result: { roots: [{ uri: 'file:///answered' }] } };
  assert.equal((await client.post(answer)).status, 202);
  await stream.has('file:///answered');
  assert.equal((await client.post(answer)).status, 400);
  await (await client.post({ id: 6, method: 'exit', params: {} })).text();
  await stream.ended;
  const after = [await client.get(), await client.post({ id: 7, method: 'echo', params: {} })];
  assert.deepEqual(
    after.map(({ status }) => status),
    [404, 404],
  );
  await made.gateway.recordWhere(({ leaf, header }) => leaf.st === 'listen_end' && header?.reason === 'session_lost');
});

test('a client that does not read holds the server back, and loses nothing when it reads on', async (t) => {
  const gateway = await startTestGateway(t);
  const event = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(64 * 1024) } })}\n\n`;
  const events = 600;
  let written = 0;
  gateway.server.answering = async (seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (; written < events; written += 1) if (!response.write(event)) await once(response, 'drain');
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, result: { content: [] } })}\n\n`);
  };
  const request = httpRequest(gateway.url('notes'), {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${await gateway.token()}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
  });
  request.end(JSON.stringify({ jsonrpc: '2.0', ...callTool('get_note', 1) }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let before = -1;
  let still = 0;
  await until(() => {
    still = written === before ? still + 1 : 0;
    before = written;
    return still > 100;
  });
  assert.ok(written < events / 2, `${written} of ${events} written to a client that reads nothing`);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const heard = Buffer.concat(chunks).toString('latin1').split('notifications/message').length - 1;
  assert.deepEqual([written, heard], [events, events]);
});
