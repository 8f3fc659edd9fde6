/** What a reload does to streams that last: they go by the configuration in force, and end where their access did. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { SeenRequest } from '../fakes/mcp-server.ts';
import { startSseServer } from '../fakes/sse-server.ts';
import { startTestGateway } from './harness.ts';
import type { TestGateway } from './harness.ts';

const POLICY = `levels:
  use: { allow: ["*"] }
grants:
  - { clients: ["idp:robot"], connections: [web, old, notes], level: use }
`;
const TAKE_GRANT = (text: string): string => text.replace('connections: [web, old, notes]', 'connections: [notes]');
const NARROW = (text: string): string =>
  text.replace('allow: ["*"]', 'allow: ["*"], deny: ["tools/call:secret", "resources/*:memo://b"]');
const TAKE_CONNECTIONS = (text: string): string =>
  TAKE_GRANT(text)
    .replace(/ {2}web:\n.*\n/, '')
    .replace(/ {2}old:\n.*\n/, '');

const eventOf = (message: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;

/** A server over streamable HTTP that keeps listening streams and the call `slow` open, and answers calls with events that have ids. */
function scripted(streams: ServerResponse[]): (seen: SeenRequest, response: ServerResponse) => void {
  return ({ method, headers, message }, response) => {
    const json = { 'content-type': 'application/json', 'mcp-session-id': 'up' };
    const stream = { 'content-type': 'text/event-stream' };
    const keep = (): void => {
      response.writeHead(200, stream).flushHeaders();
      streams.push(response);
    };
    const answer = { id: message?.id ?? 7, result: { content: [{ type: 'text', text: 'the answer' }] } };
    if (method === 'GET' && headers['last-event-id'] === undefined) return keep();
    if (method === 'GET') return void response.writeHead(200, stream).end(eventOf(answer, 'e3'));
    if (message?.id === undefined) return void response.writeHead(202).end();
    if (message.method === 'initialize') {
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'web', version: '1' } };
      return void response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
    }
    if (message.params?.['name'] === 'slow') return keep();
    if (message.method === 'subscriptions/listen') {
      keep();
      return void response.write(eventOf({ method: 'notifications/subscriptions/acknowledged', params: {} }));
    }
    return void response.writeHead(200, stream).end(`id: e1\ndata: \n\n${eventOf(answer, 'e2')}`);
  };
}

type Stream = { readonly ended: Promise<string>; received(): string };

function read(response: Response): Stream {
  assert.equal(response.status, 200);
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
    return text;
  })();
  // What a test does not wait for may be cut off with the gateway.
  ended.catch(() => undefined);
  return { ended, received: () => text };
}

async function rig(t: TestContext) {
  const [web, old] = [await startFakeMcpServer(), await startSseServer(t)];
  t.after(() => web.close());
  const streams: ServerResponse[] = [];
  web.answering = scripted(streams);
  const yaml = `  web:\n    upstream: { type: http, url: "${web.url}" }\n  old:\n    upstream: { type: sse, url: "${old.url.href}" }\n`;
  const gateway = await startTestGateway(t, { policy: POLICY, connections: { yaml, names: [] } });
  const authorization = `Bearer ${await gateway.token()}`;
  const send = async (connection: string, message: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(gateway.url(connection), {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  const begun = await send('web', {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  await begun.text();
  const session = {
    'mcp-session-id': begun.headers.get('mcp-session-id') ?? assert.fail('no session'),
    'mcp-protocol-version': '2025-11-25',
  };
  const get = (connection: string, headers: Record<string, string>): Promise<Response> =>
    fetch(gateway.url(connection), { headers: { authorization, accept: 'text/event-stream', ...headers } });
  const subscribe = (): Promise<Response> =>
    send(
      'web',
      {
        id: 's',
        method: 'subscriptions/listen',
        params: {
          notifications: { resourceSubscriptions: ['memo://a', 'memo://b'] },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
    );
  const call = (name: string, id: number): Promise<Response> =>
    send('web', { id, method: 'tools/call', params: { name, arguments: {} } }, session);
  return { gateway, streams, session, get, subscribe, call };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds())
    await new Promise((next) => {
      setTimeout(next, 5);
    });
};
const endsOf = async (gateway: TestGateway): Promise<string[]> =>
  (await gateway.records())
    .filter(({ leaf, header }) => leaf.st === 'listen_end' || header?.code === 'unknown_connection')
    .map(({ leaf, header }) => `${leaf.kind} ${leaf.st} ${header?.connection} ${header?.reason}`)
    .toSorted();

for (const [what, change, reason] of [
  ['the grant', TAKE_GRANT, 'no_grant'],
  ['the connection', TAKE_CONNECTIONS, 'not_configured'],
] as const) {
  test(`a reload that takes ${what} away ends every stream that lasts, each with a record, and no call`, async (t) => {
    const { gateway, streams, session, get, subscribe, call } = await rig(t);
    const lasting = [read(await get('web', session)), read(await subscribe()), read(await get('old', {}))];
    await until(() => streams.length === 2);
    const inFlight = call('slow', 7);
    await until(() => streams.length === 3);
    assert.ok((await gateway.reload(change)).ok);
    const [, subscribed] = await Promise.all(lasting.map(({ ended }) => ended));
    assert.match(subscribed ?? '', /"id":"s","error".*"unknown_connection","executed":"unknown"/);
    assert.deepEqual(await endsOf(gateway), [
      `control listen_end old ${reason}`,
      `control listen_end web ${reason}`,
      `result cancelled web ${reason}`,
    ]);
    streams[2]?.end(eventOf({ id: 7, result: { content: [] } }));
    assert.match(await (await inFlight).text(), /"id":7,"result"/);
  });
}

test('on a stream that lives on, messages are judged by what is in force when they come', async (t) => {
  const { gateway, streams, session, get, subscribe } = await rig(t);
  const lasting = [read(await get('web', session)), read(await subscribe())];
  await until(() => streams.length === 2);
  const say = (message: object): void => {
    for (const stream of streams) stream.write(eventOf(message));
  };
  const updated = (uri: string) => ({ method: 'notifications/resources/updated', params: { uri } });
  const both = (text: string): Promise<void> => until(() => lasting.every((one) => one.received().includes(text)));
  say(updated('memo://b'));
  await both('memo://b');
  const denied = await gateway.reload((text) => NARROW(text).replace('  web:\n', '  web:\n    serverRequests: deny\n'));
  assert.ok(denied.ok);
  say(updated('memo://b'));
  say({ id: 5, method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } });
  say(updated('memo://a'));
  await both('memo://a');
  for (const one of lasting) {
    assert.equal(one.received().split('memo://b').length - 1, 1);
    assert.doesNotMatch(one.received(), /sampling/);
  }
});

test('a call that is over is not asked for again once policy is another', async (t) => {
  const { gateway, session, get, call } = await rig(t);
  const answered = await (await call('secret', 7)).text();
  const id = /^id: (\S+)$/m.exec(answered)?.[1] ?? assert.fail(answered);
  const again = async () => {
    const resumed = await get('web', { ...session, 'last-event-id': id });
    return `${resumed.status} ${await resumed.text()}`;
  };
  assert.match(await again(), /^200 .*the answer/s);
  assert.ok((await gateway.reload(NARROW)).ok);
  assert.match(await again(), /^400 (?!.*the answer)/s);
  await gateway.recordWhere(({ leaf, header }) => leaf.st === 'listen_end' && header?.reason === 'policy_changed');
});
