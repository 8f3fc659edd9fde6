/** The old HTTP+SSE transport (2024-11-05) on both sides: real clients of it, and a real server, through the gateway. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { message, startSseServer } from '../fakes/sse-server.ts';
import { freePort, startTestGateway } from './harness.ts';
import type { TestGateway } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const connectionOf = (url: string): string => `  old:
    upstream: { type: sse, url: "${url}" }
    credential: { type: bearer, secret: env:UPSTREAM_CREDENTIAL }
`;
const startFor = (t: TestContext, url: string): Promise<TestGateway> =>
  startTestGateway(t, { connections: { yaml: connectionOf(url), names: ['old'] }, policy: POLICY });

const POLICY = `levels:
  use: { allow: ["tools/call:*", "prompts/*"], deny: ["tools/call:drop_*"] }
grants:
  - { clients: ["idp:robot"], connections: [old], level: use }
  - { groups: ["idp:friends"], connections: [old], level: use }
`;

async function startEverything(t: TestContext): Promise<string> {
  const port = await freePort();
  const program = join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
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
  return `http://127.0.0.1:${port}/sse`;
}

async function connectOld(gateway: TestGateway, client: ClientV1): Promise<SSEClientTransport> {
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const transport = new SSEClientTransport(new URL(gateway.url('old')), { requestInit: { headers } });
  await client.connect(transport);
  return transport;
}

test('a client of the old transport lists, calls and is asked in the middle of a call, and all of it is in the book', async (t) => {
  const gateway = await startFor(t, await startEverything(t));
  const client = new ClientV1({ name: 'old-client', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ann on the stream' } }));
  await connectOld(gateway, client);
  t.after(() => client.close());
  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'echo'));
  const echoed = await client.callTool({ name: 'echo', arguments: { message: 'down the stream' } });
  assert.match(JSON.stringify(echoed), /down the stream/);
  const elicited = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
  assert.match(JSON.stringify(elicited), /Ann on the stream/);
  const progress: number[] = [];
  const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.02, steps: 2 } };
  await client.callTool(long, undefined, { onprogress: (step) => void progress.push(step.progress) });
  assert.deepEqual(progress, [1, 2]);
  const denied = await client.callTool({ name: 'drop_everything', arguments: {} });
  assert.match(JSON.stringify(denied), /"code":"denied".*isError":true/);
  await assert.rejects(client.readResource({ uri: 'secret://x' }), /-32010|Policy/);
  await client.close();

  const listened = await gateway.recordWhere(
    ({ leaf, header }) => leaf.kind === 'control' && header?.reason === 'client_gone',
  );
  const records = await gateway.records();
  const calls = records.filter(({ leaf, header }) => leaf.kind === 'intent' && header?.connection === 'old');
  assert.deepEqual([...new Set(calls.map(({ header }) => header?.session))], [listened.header?.session]);
  assert.ok(calls.some(({ header }) => header?.client?.name === 'old-client'));
  const answered = new Set(records.filter(({ leaf }) => leaf.kind === 'result').map(({ leaf }) => leaf.ref));
  for (const { leaf, header } of calls)
    assert.ok(
      answered.has(leaf.n) || header?.method?.startsWith('notifications/') === true || header?.method === '',
      `${header?.method}`,
    );
});

test('a client of streamable HTTP calls a server of the old transport', async (t) => {
  const gateway = await startFor(t, await startEverything(t));
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const client = new ClientV2({ name: 'new-client', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new HttpV2(new URL(gateway.url('old')), { requestInit: { headers } }));
  const echoed = await client.callTool({ name: 'echo', arguments: { message: 'over both' } });
  assert.match(JSON.stringify(echoed), /over both/);
  await client.close();
});

type OldStream = {
  readonly address: string;
  received(): string;
  until(pattern: RegExp): Promise<string>;
  readonly ended: Promise<void>;
  cancel(): void;
};

/** The old transport by hand. */
async function openOld(t: TestContext, gateway: TestGateway, token: string): Promise<OldStream> {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(gateway.url('old'), {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  assert.equal(response.status, 200);
  let received = '';
  const waiting = new Set<() => void>();
  const read = async (): Promise<void> => {
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        received += decoder.decode(chunk, { stream: true });
        for (const wake of waiting) wake();
      }
    } catch {}
  };
  const ended = read();
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(received);
      if (found !== null) return found[1] ?? found[0];
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  };
  const address = await until(/^event: endpoint\ndata: (\S+)\n\n/);
  return { address, received: () => received, until, ended, cancel: () => stop.abort() };
}

async function post(
  gateway: TestGateway,
  address: string,
  token: string,
  body: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(new URL(address, gateway.origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  });
  return { status: response.status, text: await response.text() };
}
const INITIALIZE = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: { roots: {} }, clientInfo: { name: 'by-hand', version: '1' } },
};

test('an endpoint is its caller’s alone: without a token, with another caller’s, or made up it opens nothing', async (t) => {
  const server = await startSseServer(t);
  const gateway = await startFor(t, server.url.href);
  const [mine, other] = [
    await gateway.token(),
    await gateway.token({ uid: '00uada', sub: 'ada@example.com', groups: ['friends'] }),
  ];
  const stream = await openOld(t, gateway, mine);
  assert.match(stream.address, /^\/mcp\/old\?session=[\w-]{20,}$/);
  assert.equal((await post(gateway, stream.address, mine, INITIALIZE)).status, 202);
  await stream.until(/"id":0,"result"/);
  const before = server.posts.length;
  assert.equal((await post(gateway, stream.address, '', { id: 1, method: 'ping' })).status, 401);
  const stolen = await post(gateway, stream.address, other, { id: 2, method: 'ping' });
  assert.equal(stolen.status, 404, stolen.text);
  assert.equal((await post(gateway, '/mcp/old?session=made-up', mine, { id: 3, method: 'ping' })).status, 404);
  assert.equal((await post(gateway, `${stream.address}&session=other`, mine, { id: 4, method: 'ping' })).status, 404);
  assert.equal((await post(gateway, '/mcp/old?session=made-up', mine, INITIALIZE)).status, 404);
  assert.equal(server.posts.length, before);
  assert.doesNotMatch(stream.received(), /"id":[1234]/);

  // The id is as secret as a session's: it is in no record, no metric and no log.
  const id = new URL(stream.address, gateway.origin).searchParams.get('session') ?? '';
  const stored = JSON.stringify(await gateway.records(), (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  assert.ok(stored.includes('by-hand'), 'the search would find what is there');
  assert.equal(stored.includes(id), false);
  assert.equal(gateway.log().includes(id), false);
});

test('errors of calls come on the stream, those of messages that are none by HTTP, and what nobody asked for is recorded before it comes down', async (t) => {
  const server = await startSseServer(t);
  const gateway = await startFor(t, server.url.href);
  const token = await gateway.token();
  const stream = await openOld(t, gateway, token);
  await post(gateway, stream.address, token, INITIALIZE);
  await stream.until(/"id":0,"result"/);
  assert.equal(
    (await post(gateway, stream.address, token, { id: 1, method: 'tools/call', params: { name: 'drop_it' } })).status,
    202,
  );
  await stream.until(/"id":1,"result":\{.*denied/);
  assert.equal((await post(gateway, stream.address, token, { id: 2 })).status, 400);
  assert.equal((await post(gateway, stream.address, token, { method: 'notifications/initialized' })).status, 202);
  server.say(0, message({ method: 'notifications/tools/list_changed' }));
  await stream.until(/list_changed/);
  const records = await gateway.records();
  assert.ok(
    records.some(
      ({ leaf, header }) =>
        leaf.kind === 'stream' && leaf.st === 'down' && header?.method === 'notifications/tools/list_changed',
    ),
  );
  server.say(0, message({ id: 's7', method: 'roots/list' }));
  await stream.until(/"id":"s7"/);
  assert.equal((await post(gateway, stream.address, token, { id: 's7', result: { roots: [] } })).status, 202);
  await server.until(() => server.posts.some(({ body }) => body.includes('"roots":[]')));
});

test('when the server’s stream dies the call says so on the client’s, which then ends with its session', async (t) => {
  const server = await startSseServer(t);
  const gateway = await startFor(t, server.url.href);
  const token = await gateway.token();
  const stream = await openOld(t, gateway, token);
  await post(gateway, stream.address, token, INITIALIZE);
  await stream.until(/"id":0,"result"/);
  assert.equal((await post(gateway, stream.address, token, { id: 1, method: 'resources/list' })).status, 202);
  await server.until(() => server.posts.length === 2);
  server.streams[0]?.response.destroy();
  await stream.until(/"id":1,"error":\{.*"executed":"unknown"/);
  await stream.ended;
  assert.equal((await post(gateway, stream.address, token, { id: 2, method: 'ping' })).status, 404);
});

test('when the client leaves, its session ends and the server’s stream is closed', async (t) => {
  const server = await startSseServer(t);
  const gateway = await startFor(t, server.url.href);
  const token = await gateway.token();
  const stream = await openOld(t, gateway, token);
  await post(gateway, stream.address, token, INITIALIZE);
  await stream.until(/"id":0,"result"/);
  stream.cancel();
  await server.until(() => server.streams[0]?.isOpen === false);
  assert.equal((await post(gateway, stream.address, token, { id: 2, method: 'ping' })).status, 404);
});
