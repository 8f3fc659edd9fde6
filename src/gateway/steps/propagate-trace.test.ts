import assert from 'node:assert/strict';
import { test } from 'node:test';
import { propagateTrace } from '#gateway/steps/propagate-trace.ts';
import type { Tracing } from '#gateway/tracing.ts';
import type { TraceContext } from '#mcp/trace-context.ts';
import { ADA_TOKEN, approved, fakeGateway, must, toolCall } from '#test/fakes/gateway.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
const OWN = '00-0af7651916cd43dd8448eb211c80319c-1111111111111111-01';
const ignore = (): void => undefined;

/** A tracer that sends what it is told to send. */
const tracing = (sent: TraceContext): Tracing => ({
  begin: ({ meta }) => ({
    isInMeta: meta.traceparent !== undefined,
    exchange: () => ({ sent, during: (run) => run(), end: ignore }),
    recording: () => ignore,
    outcome: ignore,
    end: ignore,
  }),
});
const withMeta = (meta: object) => ({ ...toolCall(), params: { ...toolCall().params, _meta: meta } });

test('without a tracer the call goes on as it is', async () => {
  const gateway = fakeGateway();
  const call = await approved(gateway, { message: withMeta({ traceparent: PARENT }) });
  assert.equal(must(propagateTrace(call, gateway)), call);
});

test('with one, the parent in the message becomes the gateway’s, sent and stored', async () => {
  const gateway = fakeGateway({ tracing: tracing({ traceparent: OWN }) });
  const call = await approved(gateway, { message: withMeta({ traceparent: PARENT }) });
  const { masked, exchange } = must(propagateTrace(call, gateway));
  assert.equal(masked.send.toString(), call.masked.send.toString().replace(PARENT, OWN));
  assert.equal(masked.stored.toString(), call.masked.stored.toString().replace(PARENT, OWN));
  assert.deepEqual(exchange?.sent, { traceparent: OWN });
});

test('a message without a parent gets none, its bytes are the very same', async () => {
  const gateway = fakeGateway({ tracing: tracing({ traceparent: OWN }) });
  const call = await approved(gateway, { message: withMeta({ progressToken: 1 }) });
  const { masked, exchange } = must(propagateTrace(call, gateway));
  assert.equal(masked, call.masked);
  assert.deepEqual(exchange?.sent, { traceparent: OWN });
});

test('a state that carries a secret goes nowhere', async () => {
  const gateway = fakeGateway({ tracing: tracing({ traceparent: OWN, tracestate: `a=${ADA_TOKEN}` }) });
  const call = await approved(gateway, { message: withMeta({ traceparent: PARENT, tracestate: `a=${ADA_TOKEN}` }) });
  const { masked, exchange } = must(propagateTrace(call, gateway));
  assert.deepEqual(exchange?.sent, { traceparent: OWN });
  for (const bytes of [masked.send, masked.stored]) assert.equal(bytes.includes(ADA_TOKEN), false);
});
