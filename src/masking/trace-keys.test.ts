import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createMasker } from '#masking/masker.ts';
import { withTraceContext } from '#masking/trace-keys.ts';
import { parseJson } from '#mcp/json.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
const OWN = '00-0af7651916cd43dd8448eb211c80319c-1111111111111111-01';
const limits = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const masker = createMasker({ key: Buffer.alloc(32), store: { operator: 'redact', fields: [] } });

function respelled(text: string, sent: Parameters<typeof withTraceContext>[1] = { traceparent: OWN }) {
  const doc = parseJson(Buffer.from(text), limits);
  assert.ok(doc.ok);
  const context = { direction: 'request', connection: 'c', method: 'm', secrets: masker.secretsOf([]) } as const;
  const masked = masker.maskMessage(doc.value, context);
  assert.ok(masked.ok);
  const after = withTraceContext(masked.value, sent, limits);
  return { send: after.send.toString(), stored: after.stored.toString() };
}

test('the parent is replaced in what is sent and in what is stored, every other byte stays', () => {
  const text = `{ "params":{"_meta":{"traceparent" : "${PARENT}","x":1e400}, "arguments":{"password":"hunter2"}},"é":1.0}`;
  const { send, stored } = respelled(text);
  assert.equal(send, text.replace(PARENT, OWN));
  assert.equal(stored.includes(OWN), true);
  assert.equal(stored.includes('hunter2'), false);
});

test('a state is replaced only where one stands beside a valid parent', () => {
  const sent = { traceparent: OWN, tracestate: 'own=1,a=b' };
  const both = `{"params":{"_meta":{"tracestate":"a=b","traceparent":"${PARENT}"}}}`;
  assert.equal(respelled(both, sent).send, both.replace('a=b', 'own=1,a=b').replace(PARENT, OWN));
  const none = `{"params":{"_meta":{"traceparent":"${PARENT}"}}}`;
  assert.equal(respelled(none, sent).send, none.replace(PARENT, OWN));
});

test('what is no valid parent, or stands elsewhere, is the caller’s own and stays', () => {
  for (const text of [
    '{"params":{"_meta":{"traceparent":"nonsense","tracestate":"a=b"}}}',
    '{"params":{"_meta":{"traceparent":1}}}',
    `{"params":{"traceparent":"${PARENT}"}}`,
    `{"_meta":{"traceparent":"${PARENT}"}}`,
    `{"params":{"arguments":{"_meta":{"traceparent":"${PARENT}"}}}}`,
  ])
    assert.equal(respelled(text, { traceparent: OWN, tracestate: 'x=y' }).send, text);
});
