import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elicitsOfInitialize, elicitsOfRequest } from '#mcp/elicits.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';

function request(method: string, params: object): RequestMessage {
  const doc = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })), {
    depth: 20,
    nodes: 99,
  });
  assert.ok(doc.ok);
  const read = readMessage(doc.value);
  assert.ok(read.ok && read.value.kind === 'request');
  return read.value;
}
const ofInitialize = (capabilities: object) => elicitsOfInitialize(request('initialize', { capabilities }));
const ofRequest = (capabilities: object) =>
  elicitsOfRequest(request('ping', { _meta: { 'io.modelcontextprotocol/clientCapabilities': capabilities } }));

test('what a client can ask its user is what it declares, in either era; an empty declaration is form', () => {
  for (const elicits of [ofInitialize, ofRequest]) {
    assert.deepEqual(elicits({}), { url: false, form: false });
    assert.deepEqual(elicits({ elicitation: {} }), { url: false, form: true });
    assert.deepEqual(elicits({ elicitation: { url: {} } }), { url: true, form: false });
    assert.deepEqual(elicits({ elicitation: { url: {}, form: {} } }), { url: true, form: true });
    assert.deepEqual(elicits({ elicitation: { url: true } }), { url: false, form: false });
    assert.deepEqual(elicits({ elicitation: 'url' }), { url: false, form: false });
  }
  assert.deepEqual(elicitsOfRequest(request('ping', { capabilities: { elicitation: { url: {} } } })), {
    url: false,
    form: false,
  });
});
