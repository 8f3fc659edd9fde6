import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerStatus } from '#gateway/answer-status.ts';
import { fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const HEADERS = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_note' };

/** Of the connections of the fake, `process` is a process and `notes` is not. */
async function statusOf(outcome: object, connection = 'process', era: 'legacy' | 'modern' = 'modern'): Promise<number> {
  const gateway = fakeGateway();
  const params = { name: 'get_note', ...(era === 'modern' ? { _meta: META } : {}) };
  const call = await forwarded(gateway, {
    connection,
    headers: era === 'modern' ? HEADERS : {},
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
  });
  return answerStatus(understood(gateway, call, { jsonrpc: '2.0', id: 1, ...outcome }));
}
const error = (code: unknown) => ({ error: { code, message: 'no' } });

test('an error of the protocol that a process gives a modern client has the status that HTTP gives it', async () => {
  assert.equal(await statusOf(error(-32_601)), 404);
  for (const code of [-32_020, -32_021, -32_022]) assert.equal(await statusOf(error(code)), 400, String(code));
});

test('any other error, a result, a legacy client and a server that has its own status keep the status', async () => {
  for (const code of [-32_602, -32_603, 1, '-32601']) assert.equal(await statusOf(error(code)), 200, String(code));
  assert.equal(await statusOf({ result: { code: -32_601 } }), 200);
  assert.equal(await statusOf(error(-32_601), 'process', 'legacy'), 200);
  assert.equal(await statusOf(error(-32_601), 'notes'), 200);
});
