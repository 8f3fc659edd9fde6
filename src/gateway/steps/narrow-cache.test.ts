import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Understood } from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { narrowCache } from '#gateway/steps/narrow-cache.ts';
import type { Result } from '#result.ts';
import { fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** What the answer `text` to a list of tools becomes. */
async function narrowed(text: string, era: 'legacy' | 'modern' = 'modern'): Promise<Result<Understood, Refusal>> {
  const gateway = fakeGateway();
  const isModern = era === 'modern';
  const call = await forwarded(gateway, {
    headers: isModern ? { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' } : {},
    message: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: isModern ? { _meta: MODERN } : {} },
  });
  return narrowCache(understood(gateway, call, text), gateway);
}
const bytesOf = (result: Result<Understood, Refusal>): string =>
  result.ok ? result.value.message.doc.bytes.toString() : `${result.error.code} ${result.error.reason}`;

test('a public answer goes down as private, and every other byte as it came, though nothing was cut for this caller', async () => {
  const before = '{"jsonrpc":"2.0","id":1, "result":{"big":1.00e400,"tools":[], "cacheScope" : ';
  const after = ',"ttlMs":60000, "\\u0041":"public"}}';
  assert.equal(bytesOf(await narrowed(`${before}"public"${after}`)), `${before}"private"${after}`);
  assert.equal(bytesOf(await narrowed(`${before}"\\u0070ublic"${after}`)), `${before}"private"${after}`);
});

test('a scope nobody knows is not left standing', async () => {
  for (const scope of ['"shared"', '"Private"', 'true', 'null', '["private"]', '{"a":1}']) {
    const text = `{"jsonrpc":"2.0","id":1,"result":{"cacheScope":${scope}}}`;
    assert.equal(bytesOf(await narrowed(text)), '{"jsonrpc":"2.0","id":1,"result":{"cacheScope":"private"}}', scope);
  }
});

test('private answers, answers without a scope, scopes inside other values, errors and other messages pass untouched', async () => {
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"result":{"cacheScope":"private","ttlMs":1}}',
    '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}',
    '{"jsonrpc":"2.0","id":1,"result":{"_meta":{"cacheScope":"public"},"tools":[{"cacheScope":"public"}]}}',
    '{"jsonrpc":"2.0","id":1,"result":[]}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no","cacheScope":"public"}}',
    '{"jsonrpc":"2.0","id":2,"result":{"cacheScope":"public"}}',
  ]) {
    assert.equal(bytesOf(await narrowed(text)), text);
  }
});

test('in the legacy era, which has no such member, it passes', async () => {
  const text = '{"jsonrpc":"2.0","id":1,"result":{"cacheScope":"public"}}';
  assert.equal(bytesOf(await narrowed(text, 'legacy')), text);
});

test('a key that a careless client takes for the scope is refused', async () => {
  for (const key of ['CacheScope', 'cachescope', 'cache\u017fcope']) {
    const text = `{"jsonrpc":"2.0","id":1,"result":{"cacheScope":"private","${key}":"public"}}`;
    assert.equal(bytesOf(await narrowed(text)), 'upstream_invalid cache_case_twin', key);
  }
});
