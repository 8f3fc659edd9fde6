import assert from 'node:assert/strict';
import { test } from 'node:test';
import { legacyHeaders, modernHeaders, ToolHeaders } from '#cli/connect-headers.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { checkHeaders } from '#mcp/headers.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';

function document(value: unknown): JsonDocument {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  return doc.value;
}
function request(method: string, params: object): RequestMessage & { readonly protocolVersion: string } {
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const message = readMessage(document({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }));
  assert.ok(message.ok && message.value.kind === 'request');
  return { ...message.value, protocolVersion: '2026-07-28' };
}
const tool = (name: string, header: string) => ({
  name,
  inputSchema: { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': header } } },
});
const list = (...tools: object[]): JsonDocument => document({ jsonrpc: '2.0', id: 1, result: { tools, ttlMs: 5 } });

test('what a modern request goes up with is what the gateway demands of one', () => {
  const tools = new ToolHeaders({ connectTools: 10 });
  for (const message of [
    request('tools/call', { name: 'größer', arguments: {} }),
    request('tools/call', { name: '=?base64?YQ==?=', arguments: {} }),
    request('resources/read', { uri: 'file:///ä b' }),
    request('prompts/get', { name: ' p ' }),
    request('tools/list', {}),
  ]) {
    assert.deepEqual(checkHeaders(message, modernHeaders(message, tools)), { ok: true, value: 'modern' });
  }
});

test('a legacy message carries what its session agreed on, and nothing before that', () => {
  assert.deepEqual(legacyHeaders({ sessionId: undefined, version: undefined }), []);
  assert.deepEqual(legacyHeaders({ sessionId: 's', version: '2025-06-18' }), [
    ['mcp-session-id', 's'],
    ['mcp-protocol-version', '2025-06-18'],
  ]);
});

test('a list without an invalid tool passes byte for byte, one with loses just that tool', () => {
  const tools = new ToolHeaders({ connectTools: 10 });
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const good = list(tool('a', 'A'), tool('b', 'B'));
  assert.equal(tools.learn(good, say), good.bytes);
  const mixed = list(tool('a', 'A'), tool('b', 'not a token'), { name: 'c' });
  const kept = JSON.parse(tools.learn(mixed, say).toString()) as {
    result: { tools: { name: string }[]; ttlMs: number };
  };
  assert.deepEqual(
    kept.result.tools.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.equal(kept.result.ttlMs, 5);
  assert.equal(said.length, 1);
  // What was known of the invalid one is forgotten.
  assert.deepEqual(tools.of(request('tools/call', { name: 'b', arguments: { a: 'x' } })), []);
  assert.deepEqual(tools.of(request('tools/call', { name: 'a', arguments: { a: 'x' } })), [['mcp-param-a', 'x']]);
  assert.deepEqual(tools.of(request('prompts/get', { name: 'a', arguments: { a: 'x' } })), []);
});

test('no more tools are remembered than their bound, the oldest is forgotten', () => {
  const tools = new ToolHeaders({ connectTools: 2 });
  tools.learn(list(tool('a', 'A'), tool('b', 'B'), tool('c', 'C')), () => {});
  const known = ['a', 'b', 'c'].filter(
    (name) => tools.of(request('tools/call', { name, arguments: { a: 'x' } })).length > 0,
  );
  assert.deepEqual(known, ['b', 'c']);
});
