import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toWireError } from '#gateway/errors.ts';
import { checkResultType } from '#gateway/steps/check-result-type.ts';
import { fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const HEADERS = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_note' };

/** Of the connections of the fake, `process` refuses what it does not know. */
async function checked(result: object, connection = 'process', era: 'legacy' | 'modern' = 'modern') {
  const gateway = fakeGateway();
  const call = await forwarded(gateway, {
    connection,
    headers: era === 'modern' ? HEADERS : {},
    message: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_note', ...(era === 'modern' ? { _meta: META } : {}) },
    },
  });
  return checkResultType(understood(gateway, call, { jsonrpc: '2.0', id: 1, result }), gateway);
}

test('where unknown results are refused, those of the protocol and of its tasks extension pass, and so does none', async () => {
  for (const result of [{ resultType: 'complete' }, { resultType: 'input_required' }, { resultType: 'task' }, {}])
    assert.equal((await checked(result)).ok, true, JSON.stringify(result));
});

test('a result of an unknown kind is refused there, and the error says that the call may have run', async () => {
  for (const resultType of ['ui_redirect', 'Complete', 'complete ', '', 1, null, ['complete']]) {
    const refused = await checked({ resultType });
    assert.ok(!refused.ok, JSON.stringify(resultType));
    assert.deepEqual(refused.error, { code: 'denied', reason: 'result_type', executed: 'unknown' });
    const wire = toWireError(refused.error);
    assert.equal(wire.executed, 'unknown');
    assert.match(wire.message, /answer/);
  }
});

test('a key that a careless client takes for the type is an unknown kind too', async () => {
  assert.equal((await checked({ resultType: 'complete', ResultType: 'ui_redirect' })).ok, false);
});

test('every result passes where that is allowed, and in the legacy era, which has no kinds', async () => {
  assert.equal((await checked({ resultType: 'ui_redirect' }, 'notes')).ok, true);
  assert.equal((await checked({ resultType: 'ui_redirect' }, 'process', 'legacy')).ok, true);
});
