/** What the gateway changes or keeps back of a modern server's answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answerWith } from '../fakes/mcp-server.ts';
import { startTestGateway } from './harness.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const modern = (method: string, name?: string) => ({
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { ...(name === undefined ? {} : { name }), _meta: META },
  }),
  headers: {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  },
});

test('a list that its server calls public reaches the caller, and the book, as private', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = answerWith({ resultType: 'complete', tools: [], ttlMs: 60_000, cacheScope: 'public' });
  const { body, headers } = modern('tools/list');
  const reply = await gateway.post('notes', body, headers);
  const result = { resultType: 'complete', tools: [], ttlMs: 60_000, cacheScope: 'private' };
  assert.deepEqual(reply.json['result'], result);
  const record = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result');
  assert.deepEqual(JSON.parse(record.payload?.toString() ?? '{}'), { jsonrpc: '2.0', id: 1, result });
});

test('where a connection denies unknown results, one is withheld, recorded as withheld, and said to have run', async (t) => {
  const server = 'http://127.0.0.1:1/mcp';
  const gateway = await startTestGateway(t, {
    connections: {
      yaml: `  strict: { upstream: { type: http, url: "${server}" }, resultTypes: deny }\n`,
      names: ['strict'],
    },
  });
  const moved = await gateway.reload((text) => text.replace(server, gateway.server.url));
  assert.equal(moved.ok, true);
  gateway.server.answering = answerWith({ resultType: 'ui_redirect', url: 'https://elsewhere.test' });
  const { body, headers } = modern('tools/call', 'open');
  const passed = await gateway.post('notes', body, headers);
  assert.match(passed.text, /elsewhere/);
  const denied = await gateway.post('strict', body, headers);
  assert.doesNotMatch(denied.text, /elsewhere/);
  assert.match(denied.text, /"isError":true.*"code":"denied","executed":"unknown"/);
  const record = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result' && leaf.st === 'withheld');
  assert.equal(record.header?.reason, 'result_type');
  assert.equal(record.payload, null);
});

test('a client that tries the modern era first finds a legacy server that refuses it in plain text', async (t) => {
  const gateway = await startTestGateway(t);
  const initialized = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'old', version: '1' } };
  gateway.server.answering = (seen, response) => {
    if (seen.message?.method !== 'server/discover') return answerWith(initialized)(seen, response);
    response.writeHead(400, { 'content-type': 'text/plain' }).end('who are you?');
  };
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const client = new Client({ name: 'auto', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.url('notes')), { requestInit: { headers } }));
  t.after(() => client.close());
  assert.equal(client.getServerVersion()?.name, 'old');
  const probe = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result' && leaf.st === 'error');
  assert.deepEqual([probe.header?.code, probe.header?.reason], ['upstream_invalid', 'status_400']);
});
