/** A traced call on a whole gateway: what the spans say, what the server sees, what the book keeps. */
import assert from 'node:assert/strict';
import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { after, before, test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import { registerTracesInMemory, unregisterTraces } from '../fakes/traces.ts';
import type { TracesInMemory } from '../fakes/traces.ts';
import { CREDENTIAL, startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const SECRET_ARGUMENT = 'argument-of-ada-7c1e55';

let traces: TracesInMemory;
before(() => {
  traces = registerTracesInMemory();
});
after(unregisterTraces);

const callOf = async (gateway: TestGateway): Promise<string> =>
  (await gateway.records()).findLast(({ leaf }) => leaf.kind === 'intent')?.leaf.call ?? '';
const kindOf = (spans: readonly ReadableSpan[], kind: SpanKind): ReadableSpan => {
  const span = spans.find((one) => one.kind === kind);
  assert.ok(span, spans.map(({ name }) => name).join());
  return span;
};
const call = (gateway: TestGateway, params: object = {}, headers: Record<string, string> = {}): Promise<Reply> => {
  const message = toolCall('get_note', { note: SECRET_ARGUMENT });
  return gateway.post('notes', JSON.stringify({ ...message, params: { ...message.params, ...params } }), headers);
};

test('a call is one trace: the caller’s span, the gateway’s, the exchange, and the waits for the book', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = answerWith({ content: [] });
  await call(gateway, {}, { traceparent: PARENT, tracestate: 'rojo=1', baggage: 'user=ada' });
  const spans = await traces.spansOf(await callOf(gateway), 4);
  const server = kindOf(spans, SpanKind.SERVER);
  const client = kindOf(spans, SpanKind.CLIENT);
  assert.equal(server.parentSpanContext?.spanId, '00f067aa0ba902b7');
  assert.equal(server.attributes['gatebook.outcome'], 'ok');
  assert.equal(client.parentSpanContext?.spanId, server.spanContext().spanId);
  const waits = spans.filter(({ name }) => name === 'gatebook.ledger.append');
  assert.deepEqual(
    waits.map(({ attributes }) => attributes['gatebook.record.kind']),
    ['intent', 'result'],
  );
  const [seen] = gateway.server.seen;
  assert.equal(seen?.headers['traceparent'], `00-${TRACE}-${client.spanContext().spanId}-01`);
  assert.equal(seen?.headers['tracestate'], 'rojo=1');
  assert.equal(seen?.headers['baggage'], undefined);
});

test('a parent in the message becomes the exchange’s, on the wire and in the book alike', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = answerWith({ content: [] });
  await call(gateway, { _meta: { traceparent: `00-${'b'.repeat(32)}-00f067aa0ba902b7-01`, progressToken: 1 } });
  const client = kindOf(await traces.spansOf(await callOf(gateway), 4), SpanKind.CLIENT);
  const own = `00-${'b'.repeat(32)}-${client.spanContext().spanId}-01`;
  const [seen] = gateway.server.seen;
  assert.equal(seen?.headers['traceparent'], own);
  assert.match(seen?.body ?? '', new RegExp(`"_meta":\\{"traceparent":"${own}","progressToken":1\\}`));
  const intent = (await gateway.records()).find(({ leaf }) => leaf.kind === 'intent');
  assert.equal(intent?.payload?.toString(), seen?.body);
});

test('a refused call is a span that says which error, a failed one says so on both sides', async (t) => {
  const gateway = await startTestGateway(t);
  const seen = traces.spans().length;
  await gateway.post('notes', JSON.stringify(toolCall('drop_table')));
  const denied = traces.spans().slice(seen);
  assert.deepEqual(
    denied.map(({ name, kind, attributes }) => [name, kind, attributes['error.type']]),
    [['tools/call drop_table', SpanKind.SERVER, 'denied']],
  );
  await gateway.post('gone', JSON.stringify(toolCall('get_note')));
  const failed = await traces.spansOf(await callOf(gateway), 3);
  assert.equal(kindOf(failed, SpanKind.CLIENT).attributes['error.type'], 'upstream_unavailable');
  assert.equal(kindOf(failed, SpanKind.SERVER).attributes['gatebook.outcome'], 'error');
});

test('strangers make no spans, whatever parent they name', async (t) => {
  const gateway = await startTestGateway(t);
  const before = traces.spans().length;
  await gateway.post('notes', JSON.stringify(toolCall('get_note')), {
    authorization: 'Bearer a.b.c',
    traceparent: PARENT,
  });
  await gateway.post('notes', '{"jsonrpc":', { traceparent: PARENT });
  assert.equal(traces.spans().length, before);
});

test('no span holds a caller, a token, a credential, an argument, an answer or an address', async (t) => {
  const gateway = await startTestGateway(t);
  const token = await gateway.token();
  gateway.server.answering = answerWith({ content: [{ type: 'text', text: `answer ${SECRET_ARGUMENT}` }] });
  await call(gateway, { _meta: { traceparent: PARENT, tracestate: `a=${CREDENTIAL}`, baggage: 'user=ada' } });
  await gateway.post('notes', JSON.stringify(toolCall(token)), { baggage: `t=${token.slice(-20)}` });
  gateway.server.answering = (seen, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, error: { code: -32602, message: SECRET_ARGUMENT } }));
  await call(gateway);
  const spans = await traces.spansOf(await callOf(gateway), 4);
  assert.equal(kindOf(spans, SpanKind.SERVER).attributes['error.type'], '-32602');
  const text = JSON.stringify(
    traces
      .spans()
      .map((span) => [span.name, span.attributes, span.events, span.links, span.status, span.spanContext()]),
  );
  for (const secret of [token.slice(-20), CREDENTIAL, SECRET_ARGUMENT, 'robot', 'user=ada', '127.0.0.1', 'http:'])
    assert.equal(text.includes(secret), false, secret);
});
