/**
 * The message names the gateway's own span as its parent, in `_meta` where the client had named one. Before the record, so
 * that the book shows what is sent. Without a tracer the message stays as it is.
 */
import type { Approved } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { withTraceContext } from '#masking/trace-keys.ts';
import type { TraceContext } from '#mcp/trace-context.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';

/** A caller's `tracestate` lives on in that of the gateway: one that holds a secret goes nowhere. */
function withoutSecrets(sent: TraceContext, call: Approved, gateway: Gateway): TraceContext {
  const { tracestate, ...rest } = sent;
  if (
    tracestate === undefined ||
    gateway.masker.maskSentText(tracestate, call.connection.name, call.secrets) !== tracestate
  )
    return rest;
  return sent;
}

export function propagateTrace(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  if (call.trace === undefined) return ok(call);
  const begun = call.trace.exchange(call.connection.transport);
  const exchange = { ...begun, sent: withoutSecrets(begun.sent, call, gateway) };
  if (!call.trace.isInMeta) return ok({ ...call, exchange });
  const limits = { depth: gateway.limits.jsonDepth, nodes: gateway.limits.jsonNodes };
  return ok({ ...call, exchange, masked: withTraceContext(call.masked, exchange.sent, limits) });
}
