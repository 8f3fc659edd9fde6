import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { createTracing } from '#gateway/tracing.ts';
import type { TracedMessage } from '#gateway/tracing.ts';
import { registerTracesInMemory, unregisterTraces } from '#test/fakes/traces.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const MESSAGE: TracedMessage = {
  call: 'a'.repeat(26),
  connection: 'notes',
  method: 'tools/call',
  tool: 'get_note',
  prompt: '',
  protocol: '2025-06-18',
  startedMs: performance.now(),
  meta: {},
  headers: {},
};

afterEach(unregisterTraces);

function open(options?: Parameters<typeof registerTracesInMemory>[0]) {
  const traces = registerTracesInMemory(options);
  const tracing = createTracing('0.0.0');
  assert.ok(tracing);
  return { tracing, traces };
}

test('without an SDK there is no tracing at all', () => {
  assert.equal(createTracing('0.0.0'), undefined);
});

test('a call is a SERVER span with a CLIENT span inside, under the names of OpenTelemetry', () => {
  const { tracing, traces } = open();
  const call = tracing.begin(MESSAGE);
  call.recording('intent')();
  const exchange = call.exchange('pipe');
  exchange.end(undefined, performance.now());
  call.outcome('ok');
  call.end(undefined);
  const [wait, client, server] = traces.spans();
  assert.ok(wait && client && server);
  assert.deepEqual(
    [server.name, server.kind, server.attributes],
    [
      'tools/call get_note',
      SpanKind.SERVER,
      {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'get_note',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': '2025-06-18',
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'gatebook.connection': 'notes',
        'gatebook.call': MESSAGE.call,
        'gatebook.outcome': 'ok',
      },
    ],
  );
  assert.deepEqual(
    [client.name, client.kind, client.attributes['network.transport'], client.parentSpanContext?.spanId],
    ['tools/call get_note', SpanKind.CLIENT, 'pipe', server.spanContext().spanId],
  );
  assert.deepEqual(
    [wait.name, wait.attributes, wait.parentSpanContext?.spanId],
    ['gatebook.ledger.append', { 'gatebook.record.kind': 'intent' }, server.spanContext().spanId],
  );
  assert.equal(server.parentSpanContext, undefined);
  assert.equal(server.status.code, SpanStatusCode.UNSET);
});

test('what goes up names the CLIENT span, in W3C’s form, with the state that came', () => {
  const { tracing, traces } = open();
  const call = tracing.begin({ ...MESSAGE, headers: { traceparent: PARENT, tracestate: 'a=b' } });
  const exchange = call.exchange('tcp');
  exchange.end(undefined, performance.now());
  const client = traces.spans()[0]?.spanContext();
  assert.deepEqual(exchange.sent, { traceparent: `00-${TRACE}-${client?.spanId}-01`, tracestate: 'a=b' });
  assert.equal(call.isInMeta, false);
});

test('the parent in the message comes before the one of the request, which is linked then', () => {
  const { tracing, traces } = open();
  const other = PARENT.replace('00f067aa0ba902b7', '2222222222222222');
  const call = tracing.begin({ ...MESSAGE, meta: { traceparent: PARENT }, headers: { traceparent: other } });
  assert.equal(call.isInMeta, true);
  call.end(undefined);
  tracing.begin({ ...MESSAGE, headers: { traceparent: other } }).end(undefined);
  const [first, second] = traces.spans();
  assert.deepEqual(
    [first?.parentSpanContext?.spanId, first?.links.map((link) => link.context.spanId)],
    ['00f067aa0ba902b7', ['2222222222222222']],
  );
  assert.deepEqual([second?.parentSpanContext?.spanId, second?.links], ['2222222222222222', []]);
});

test('a span that instrumentation has open is the parent, not the header it took over', () => {
  const { tracing, traces } = open();
  const outer = trace.getTracer('http').startSpan('POST');
  context.with(trace.setSpan(context.active(), outer), () =>
    tracing.begin({ ...MESSAGE, headers: { traceparent: PARENT } }).end(undefined),
  );
  assert.equal(traces.spans()[0]?.parentSpanContext?.spanId, outer.spanContext().spanId);
});

test('below the exchange its span is the active one', () => {
  const { tracing } = open();
  const exchange = tracing.begin(MESSAGE).exchange('tcp');
  const active = exchange.during(() => trace.getActiveSpan()?.spanContext().spanId);
  assert.equal(exchange.sent.traceparent?.includes(active ?? 'none'), true);
  assert.equal(trace.getActiveSpan(), undefined);
});

test('an error has a type and no words; the first end counts', () => {
  const { tracing, traces } = open();
  const call = tracing.begin(MESSAGE);
  call.end('upstream_timeout');
  call.end(undefined);
  const [span] = traces.spans();
  assert.equal(traces.spans().length, 1);
  assert.equal(span?.attributes['error.type'], 'upstream_timeout');
  assert.deepEqual(span?.status, { code: SpanStatusCode.ERROR });
});

test('who is not sampled is handed on as such, and makes no spans', () => {
  const { tracing, traces } = open({ isSampled: false });
  const call = tracing.begin(MESSAGE);
  call.recording('intent')();
  const exchange = call.exchange('tcp');
  exchange.end(undefined, performance.now());
  call.end(undefined);
  assert.match(exchange.sent.traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.deepEqual(traces.spans(), []);
});
