/** Unchanged clients: the official SDKs, v1 and v2 (`auto`), against real servers from npm, through the gateway. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startTestGateway } from './harness.ts';
import type { TestGateway } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const server = (name: string): string =>
  JSON.stringify(join(root, 'node_modules', '@modelcontextprotocol', name, 'dist', 'index.js'));

async function startWithServers(t: TestContext): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-clients-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'hello.txt'), 'hello from a file');
  const node = JSON.stringify(process.execPath);
  const yaml = `  files:
    upstream: { type: stdio, command: ${node}, args: [${server('server-filesystem')}, ${JSON.stringify(folder)}], cwd: ${JSON.stringify(folder)} }
  memory:
    upstream: { type: stdio, command: ${node}, args: [${server('server-memory')}], env: { MEMORY_FILE_PATH: ${JSON.stringify(join(folder, 'memory.jsonl'))} } }
`;
  return startTestGateway(t, { connections: { yaml, names: ['files', 'memory'] } });
}

type Caller = {
  readonly tools: readonly string[];
  call(name: string, args: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
};

async function connectV1(gateway: TestGateway, connection: string): Promise<Caller> {
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const client = new ClientV1({ name: 'sdk-v1', version: '1.0.0' });
  await client.connect(new HttpV1(new URL(gateway.url(connection)), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  return {
    tools: tools.map((tool) => tool.name),
    call: async (name, args) => JSON.stringify(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

async function connectV2(gateway: TestGateway, connection: string): Promise<Caller> {
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const client = new ClientV2({ name: 'sdk-v2', version: '2.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new HttpV2(new URL(gateway.url(connection)), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  return {
    tools: tools.map((tool) => tool.name),
    call: async (name, args) => JSON.stringify(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

for (const [sdk, connect] of [
  ['v1', connectV1],
  ['v2 auto', connectV2],
] as const) {
  test(`SDK ${sdk} lists and calls tools of the filesystem and the memory server, and its calls are in the book`, async (t) => {
    const gateway = await startWithServers(t);

    const files = await connect(gateway, 'files');
    assert.ok(files.tools.includes('read_text_file'), files.tools.join());
    assert.match(await files.call('read_text_file', { path: 'hello.txt' }), /hello from a file/);
    assert.match(await files.call('read_text_file', { path: 'missing.txt' }), /"isError":true/);
    await files.close();

    const memory = await connect(gateway, 'memory');
    await memory.call('create_entities', {
      entities: [{ name: 'parcel-4711', entityType: 'parcel', observations: ['late'] }],
    });
    assert.match(await memory.call('read_graph', {}), /parcel-4711/);
    assert.match(await memory.call('delete_entities', { entityNames: ['parcel-4711'] }), /approval_required/);
    await memory.close();

    const records = await gateway.records();
    const calls = records.filter(({ leaf, header }) => leaf.kind === 'intent' && header?.method === 'tools/call');
    assert.deepEqual(
      calls.map(({ header }) => `${header?.connection} ${header?.name}`),
      ['files read_text_file', 'files read_text_file', 'memory create_entities', 'memory read_graph'],
    );
    const outcomes = calls.map(
      ({ leaf }) => records.find((record) => record.leaf.kind === 'result' && record.leaf.ref === leaf.n)?.leaf.st,
    );
    assert.deepEqual(outcomes, ['ok', 'tool_error', 'ok', 'ok']);
    for (const { header } of calls) {
      assert.equal(header?.caller?.kind, 'service_account');
      assert.match(header?.client?.name ?? '', /^sdk-v/);
    }
    assert.equal(
      new Set(calls.filter(({ header }) => header?.connection === 'files').map(({ header }) => header?.session)).size,
      1,
    );
  });
}

test('calls with the same id at the same time on one server process each get their own answer', async (t) => {
  const gateway = await startWithServers(t);
  const create = (name: string): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'create_entities', arguments: { entities: [{ name, entityType: 'parcel', observations: [] }] } },
    });
  const names = Array.from({ length: 10 }, (_, at) => `parcel-${at}`);
  const replies = await Promise.all(names.map((name) => gateway.post('memory', create(name))));
  for (const [at, reply] of replies.entries()) {
    assert.equal(reply.json['id'], 1, reply.text);
    assert.match(reply.text, new RegExp(`${names[at]}\\b`));
  }
});

test('a person without a grant for a connection is told that there is none', async (t) => {
  const gateway = await startWithServers(t);
  const authorization = `Bearer ${await gateway.token({ cid: 'cli', sub: 'ada@example.com', uid: '00u1', groups: ['readers'] })}`;
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  assert.equal((await gateway.post('memory', list, { authorization })).status, 404);
  assert.equal((await gateway.post('notes', list, { authorization })).status, 200);
  const intent = (await gateway.records()).findLast(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual(intent?.header?.caller, {
    issuer: gateway.issuer.url,
    subject: '00u1',
    kind: 'person',
    groups: ['idp:readers'],
  });
});

test("another caller's session id opens nothing", async (t) => {
  const gateway = await startWithServers(t);
  const initialize = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  });
  const begun = await gateway.post('notes', initialize);
  assert.equal(begun.headers.get('mcp-session-id'), null, 'a server without sessions gives none');
  const files = await gateway.post('files', initialize);
  const session = files.headers.get('mcp-session-id');
  assert.ok(session);
  const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  assert.equal((await gateway.post('files', list, { 'mcp-session-id': session })).status, 200);
  assert.equal((await gateway.post('memory', list, { 'mcp-session-id': session })).status, 404);
  const ended = await fetch(gateway.url('files'), {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await gateway.token()}`, 'mcp-session-id': session },
  });
  assert.equal(ended.status, 204);
  assert.equal((await gateway.post('files', list, { 'mcp-session-id': session })).status, 404);
});
