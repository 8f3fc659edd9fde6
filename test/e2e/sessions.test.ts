/** Sessions of official clients of both eras, as `sessions list|show` give them here and at a running gateway. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { register as registerList } from '#cli/sessions-list.ts';
import { register as registerShow } from '#cli/sessions-show.ts';
import type { Event } from '#events/event.ts';
import type { Session } from '#events/session-row.ts';
import type { UnattributedCounts } from '#events/unattributed.ts';
import { startFixture } from '../conformance/fixture/server.ts';
import { runCommand } from '../fakes/cli.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';

async function run(gateway: TestGateway, ...args: readonly string[]) {
  const register = args[0] === 'list' ? registerList : registerShow;
  const token = await gateway.apiToken(['auditors']);
  const ask = (...where: readonly string[]) =>
    runCommand(register, ['sessions', ...args, ...where], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  const there = await ask('--url', gateway.origin);
  const here = await ask('--data', gateway.dataDir);
  assert.deepEqual([there.code, there.stderr], [0, ''], there.stderr);
  assert.deepEqual(there, here, 'a gateway and its book say the same');
  return there.stdout;
}

async function list(gateway: TestGateway, ...args: readonly string[]) {
  const lines = (await run(gateway, 'list', '--json', ...args)).trimEnd().split('\n');
  const { unattributed } = JSON.parse(lines.at(-1) ?? '') as { readonly unattributed: UnattributedCounts };
  return { sessions: lines.slice(0, -1).map((line) => JSON.parse(line) as Session), unattributed };
}

/** Kind, method or act, and ending of each of its events. */
async function show(gateway: TestGateway, id: string) {
  const [head = '', ...rest] = (await run(gateway, 'show', id, '--json')).trimEnd().split('\n');
  const events = rest.map((line) => JSON.parse(line) as Event);
  return {
    head: (JSON.parse(head) as { readonly session: Session }).session,
    events: events.map(({ kind, method, code, outcome }) =>
      [kind, method, kind === 'intent' ? outcome : kind === 'stream' ? undefined : code].filter(Boolean).join(' '),
    ),
    ids: events.map((event) => Number(event.id.split(':')[1])),
  };
}

async function started(t: TestContext): Promise<TestGateway> {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const yaml = `  fixture:\n    upstream: { type: http, url: "${fixture.url}" }\n`;
  return startTestGateway(t, { connections: { yaml, names: ['fixture'] } });
}

const headersOf = async (gateway: TestGateway) => ({ authorization: `Bearer ${await gateway.token()}` });

async function modern(t: TestContext, gateway: TestGateway, name: string): Promise<ClientV2> {
  const client = new ClientV2({ name, version: '2.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const requestInit = { headers: await headersOf(gateway) };
  await client.connect(new HttpV2(new URL(gateway.url('fixture')), { requestInit }));
  t.after(() => client.close());
  return client;
}

test('a legacy client is one session from initialize to DELETE, with all it sent in the order of the book', async (t) => {
  const gateway = await started(t);
  const client = new ClientV1({ name: 'sdk-v1', version: '1.0.0' });
  const requestInit = { headers: await headersOf(gateway) };
  const transport = new HttpV1(new URL(gateway.url('fixture')), { requestInit });
  await client.connect(transport);
  await client.callTool({ name: 'test_simple_text', arguments: {} });
  await client.callTool({ name: 'test_error_handling', arguments: {} });
  const denied = await client.callTool({ name: 'drop_everything', arguments: {} });
  assert.equal(denied.isError, true);
  await transport.terminateSession();
  await client.close();

  const { sessions } = await list(gateway);
  const [session, ...others] = sessions;
  assert.ok(session !== undefined);
  assert.deepEqual(others, []);
  assert.deepEqual(session.client, { name: 'sdk-v1', version: '1.0.0', id: 'idp:robot' });
  assert.deepEqual(
    [session.caller?.subject, session.connection, session.era, session.protocol, session.state],
    ['robot', 'fixture', 'legacy', '2025-11-25', 'deleted'],
  );
  assert.deepEqual([session.calls, session.open, session.toolErrors, session.denied, session.errors], [3, 0, 1, 1, 0]);
  assert.deepEqual(session.tools, ['test_simple_text', 'test_error_handling']);
  assert.ok(session.bytes > 0);

  const { head, events, ids } = await show(gateway, session.id);
  assert.deepEqual(head, session);
  assert.deepEqual(
    // Whether the client also listened is its own affair.
    events.filter((event) => !event.startsWith('control listen')),
    [
      'intent initialize ok',
      'stream notifications/initialized',
      'intent tools/call ok',
      'intent tools/call tool_error',
      'denied tools/call denied',
      'control session_end',
    ],
  );
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
});

test('modern clients of different names are a session each, and a new one after a restart', async (t) => {
  const gateway = await started(t);
  for (const name of ['one', 'two']) {
    const client = await modern(t, gateway, name);
    await client.callTool({ name: 'test_simple_text', arguments: {} });
    await client.callTool({ name: 'test_simple_text', arguments: {} });
  }
  const before = await list(gateway, '--caller', 'robot');
  assert.deepEqual(
    before.sessions.map(({ client, era, protocol, state, tools }) => [client?.name, era, protocol, state, tools]),
    ['two', 'one'].map((name) => [name, 'modern', '2026-07-28', 'open', ['test_simple_text']]),
  );
  const [newest] = before.sessions;
  const { events } = await show(gateway, newest?.id ?? '');
  assert.deepEqual(
    events.filter((event) => event.startsWith('intent tools/call')),
    ['intent tools/call ok', 'intent tools/call ok'],
  );

  const again = await gateway.restart();
  const client = await modern(t, again, 'two');
  await client.callTool({ name: 'test_simple_text', arguments: {} });
  const after = await list(again, '--client', 'two');
  assert.deepEqual(
    after.sessions.map(({ state }) => state),
    ['open', 'stopped'],
  );
});

test('a client that claims another name each time is as many sessions of one caller', async (t) => {
  const gateway = await started(t);
  gateway.server.answering = answerWith({ resultType: 'complete', content: [] });
  for (let at = 0; at < 5; at += 1) {
    const call = toolCall('get_note');
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: `client-${at}`, version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'get_note' };
    const { status } = await gateway.post(
      'notes',
      JSON.stringify({ ...call, params: { ...call.params, _meta } }),
      headers,
    );
    assert.equal(status, 200);
  }
  const { sessions } = await list(gateway, '--caller', 'robot', '--connection', 'notes');
  assert.deepEqual(
    sessions.map(({ client, calls }) => [client?.name, calls]),
    [4, 3, 2, 1, 0].map((at) => [`client-${at}`, 1]),
  );
});

test('a session ends with a revocation of its caller, and with the 404 of its server, with words or without', async (t) => {
  const gateway = await startTestGateway(t);
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  };
  gateway.server.answering = (seen, response) => {
    if (seen.message?.method === 'initialize') response.setHeader('mcp-session-id', 'upstream-session');
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'raw', version: '1' } };
    return answerWith(result)(seen, response);
  };
  const begun = await gateway.post('notes', JSON.stringify(initialize));
  const other = await gateway.post('masked', JSON.stringify(initialize));
  const worded = await gateway.post('notes', JSON.stringify(initialize));
  const wireId = begun.headers.get('mcp-session-id');
  const wordedId = worded.headers.get('mcp-session-id');
  assert.ok(wireId !== null && wordedId !== null && other.status === 200);
  gateway.server.answering = (seen, response) => {
    const error = { code: -32_001, message: 'Session not found' };
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, error }));
  };
  await gateway.post('notes', JSON.stringify(toolCall('get_note')), { 'mcp-session-id': wordedId });
  gateway.server.answering = (_seen, response) => void response.writeHead(404).end();
  const gone = await gateway.post('notes', JSON.stringify(toolCall('get_note')), { 'mcp-session-id': wireId });
  assert.equal(gone.status, 404);

  const adminToken = await gateway.apiToken(['admins']);
  const revoked = await fetch(`${gateway.origin}/api/v1/revocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: 'caller', issuer: gateway.issuer.url, subject: 'robot', reason: 'lost laptop' }),
  });
  assert.equal(revoked.status, 201, await revoked.text());
  const { sessions } = await list(gateway, '--caller', 'robot');
  assert.deepEqual(
    sessions.map(({ connection, state }) => [connection, state]),
    [
      ['notes', 'ended_by_upstream'],
      ['masked', 'revoked'],
      ['notes', 'ended_by_upstream'],
    ],
  );
});

test('what belongs to no session is counted: strangers, what could not be read, and sessions of others', async (t) => {
  const gateway = await startTestGateway(t);
  const body = JSON.stringify(toolCall('get_note'));
  for (let at = 0; at < 3; at += 1) await gateway.post('notes', body, { authorization: 'Bearer nobody' });
  await gateway.post('notes', '{"jsonrpc":');
  await gateway.post('notes', body, { 'mcp-session-id': 'of-somebody-else' });
  gateway.flushRefusals();
  await gateway.recordWhere(({ header }) => header?.count === 2);
  const { sessions, unattributed } = await list(gateway);
  assert.deepEqual(sessions, []);
  assert.deepEqual(unattributed.groups, [
    { connection: 'notes', kind: 'denied', reason: 'unauthenticated', records: 2, count: 3 },
    { connection: 'notes', kind: 'denied', reason: 'parse_error', records: 1, count: 1 },
    { connection: 'notes', kind: 'denied', reason: 'unknown_session', records: 1, count: 1 },
  ]);
  assert.match(await run(gateway, 'list'), /^of no session: 4 records of 5 refusals\n/);
});
