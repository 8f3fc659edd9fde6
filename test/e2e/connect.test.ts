/** Clients that speak only stdio: the official SDKs over `gatebook connect`, through the gateway, to real servers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { startFixture } from '#test/conformance/fixture/server.ts';
import { startTestGateway } from './harness.ts';
import type { TestGateway } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const server = (name: string): string =>
  JSON.stringify(join(root, 'node_modules', '@modelcontextprotocol', name, 'dist', 'index.js'));

async function start(t: TestContext): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-connect-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const node = JSON.stringify(process.execPath);
  const yaml = `  memory:
    upstream: { type: stdio, command: ${node}, args: [${server('server-memory')}], env: { MEMORY_FILE_PATH: ${JSON.stringify(join(folder, 'memory.jsonl'))} } }
  everything:
    upstream: { type: stdio, command: ${node}, args: [${server('server-everything')}] }
  both:
    upstream: { type: http, url: "${fixture.url}" }
`;
  return startTestGateway(t, { connections: { yaml, names: ['memory', 'everything', 'both'] } });
}

/** The command as a client's configuration starts it. */
async function command(gateway: TestGateway, connection: string) {
  return {
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      join(root, 'src/bin/gatebook.ts'),
      'connect',
      gateway.url(connection),
    ],
    env: { PATH: process.env['PATH'] ?? '', GATEBOOK_TOKEN: await gateway.token() },
    stderr: 'pipe' as const,
  };
}

const textOf = (answer: unknown): string => JSON.stringify(answer);

test('SDK v1 calls a real server over stdio, is asked in the middle of a call and told of its progress', async (t) => {
  const gateway = await start(t);
  const client = new ClientV1({ name: 'stdio-v1', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  const asked: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message);
    return { action: 'accept', content: { name: 'Ann from the middle' } };
  });
  await client.connect(new StdioV1(await command(gateway, 'everything')));
  const elicited = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
  assert.equal(asked.length, 1);
  assert.match(textOf(elicited), /Ann from the middle/);

  const progress: number[] = [];
  const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.02, steps: 2 } };
  const done = await client.callTool(long, undefined, { onprogress: (step) => void progress.push(step.progress) });
  assert.match(textOf(done), /completed/);
  assert.deepEqual(progress, [1, 2]);
  await client.close();

  const ended = await gateway.recordWhere(
    ({ leaf, header }) => leaf.kind === 'control' && header?.connection === 'everything',
  );
  assert.equal(ended.header?.connection, 'everything');
  const calls = (await gateway.records()).filter(
    ({ leaf, header }) => leaf.kind === 'intent' && header?.method === 'tools/call',
  );
  assert.deepEqual(
    calls.map(({ header }) => header?.name),
    ['trigger-elicitation-request', 'trigger-long-running-operation'],
  );
  assert.equal(new Set(calls.map(({ header }) => header?.session)).size, 1);
});

test('SDK v2 negotiates by itself over stdio and calls a legacy server', async (t) => {
  const gateway = await start(t);
  const client = new ClientV2({ name: 'stdio-v2', version: '2.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StdioV2(await command(gateway, 'memory')));
  const entities = [{ name: 'parcel-4711', entityType: 'parcel', observations: ['late'] }];
  await client.callTool({ name: 'create_entities', arguments: { entities } });
  assert.match(textOf(await client.callTool({ name: 'read_graph', arguments: {} })), /parcel-4711/);
  assert.match(
    textOf(await client.callTool({ name: 'delete_entities', arguments: { entityNames: ['x'] } })),
    /approval_required/,
  );
  await client.close();
});

test('SDK v2 pinned to the modern era calls over stdio, with rounds of input, progress and parameters as headers', async (t) => {
  const gateway = await start(t);
  const client = new ClientV2(
    { name: 'stdio-v2-modern', version: '2.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  const asked: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return { action: 'accept', content: { name: 'Ann of the second round' } };
  });
  await client.connect(new StdioV2(await command(gateway, 'both')));
  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'test_header_parameter'));
  const elicited = await client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} });
  assert.equal(asked.length, 1);
  assert.match(textOf(elicited), /Ann of the second round/);

  const progress: number[] = [];
  const onprogress = (step: { readonly progress: number }): void => void progress.push(step.progress);
  await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, { onprogress });
  assert.ok(progress.length > 1, progress.join());
  const region = { region: 'ü' };
  const header = await client.callTool({ name: 'test_header_parameter', arguments: region });
  assert.match(textOf(header), /region ü/);
  await client.close();

  const records = await gateway.records();
  const protocols = records.filter(({ leaf, header: about }) => leaf.kind === 'intent' && about?.connection === 'both');
  assert.ok(protocols.length > 5);
  assert.deepEqual([...new Set(protocols.map(({ header: about }) => about?.protocol))], ['2026-07-28']);
});
