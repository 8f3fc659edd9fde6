/**
 * One trace of each call, through OpenTelemetry's API alone: without an SDK that the operator loads (docs/OBSERVABILITY.md)
 * there is no tracer, no span and no cost. Contexts are handed on by hand, in W3C's form, whatever propagators are set.
 * A span names connection, method and tool; never a caller, an argument, an answer or a URI.
 */
import {
  context,
  createTraceState,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { readTraceparent, traceparentText } from '#mcp/trace-context.ts';
import type { TraceContext } from '#mcp/trace-context.ts';

/** Names come from clients and are free of the call's secrets; '' where there is none to be shown. */
export type TracedMessage = {
  readonly call: string;
  readonly connection: string;
  readonly method: string;
  readonly tool: string;
  readonly prompt: string;
  readonly protocol: string;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  /** What the client sent: with the message, and with the HTTP request that carries it. */
  readonly meta: TraceContext;
  readonly headers: TraceContext;
};

export type ExchangeTrace = {
  /** What the server is to see as its parent: `traceparent`, and `tracestate` where there is one. */
  readonly sent: TraceContext;
  /** With the span as the active one, for instrumentation below that asks for it. */
  during<T>(run: () => T): T;
  /** The first end counts. */
  end(errorType: string | undefined, atMs: number): void;
};

export type CallTrace = {
  /** The message names a valid parent in `_meta`, where its successor belongs too. */
  readonly isInMeta: boolean;
  /** The way up and back (CLIENT). */
  exchange(transport: 'tcp' | 'pipe'): ExchangeTrace;
  /** A wait until a record is durable; call the result when it is. */
  recording(kind: 'intent' | 'result'): () => void;
  outcome(outcome: string): void;
  /** The first end counts. */
  end(errorType: string | undefined): void;
};

export type Tracing = { begin(message: TracedMessage): CallTrace };

const NAME = 'gatebook';
const ignore = (): void => undefined;

/** Undefined where nobody registered a tracer provider before this process composed its parts. */
export function createTracing(version: string): Tracing | undefined {
  const provider = trace.getTracerProvider();
  const tracer =
    provider instanceof ProxyTracerProvider
      ? provider.getDelegateTracer(NAME, version)
      : provider.getTracer(NAME, version);
  return tracer === undefined ? undefined : { begin: (message) => begin(tracer, message) };
}

/** A parent that somebody else began; the values were validated. */
function remote({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const parent = traceparent === undefined ? undefined : readTraceparent(traceparent);
  if (parent === undefined) return undefined;
  return {
    traceId: parent.traceId,
    spanId: parent.parentId,
    traceFlags: parent.flags,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
}

/**
 * The message's own parent first; the transport's, or a span that instrumentation of HTTP has open, is linked then
 * (OpenTelemetry, MCP conventions, Context propagation). Without one in the message the transport's is the parent.
 */
function parentsOf({ meta, headers }: TracedMessage): { readonly parent: Context; readonly links: Link[] } {
  const transport = trace.getActiveSpan()?.spanContext() ?? remote(headers);
  const own = remote(meta);
  const parent = own ?? transport;
  const isOther = own !== undefined && transport !== undefined && transport.spanId !== own.spanId;
  return {
    parent: parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
    links: isOther ? [{ context: transport }] : [],
  };
}

function attributesOf(message: TracedMessage): Attributes {
  const { call, connection, method, tool, prompt, protocol } = message;
  return {
    'mcp.method.name': method,
    'gatebook.connection': connection,
    'gatebook.call': call,
    ...(tool === '' ? {} : { 'gen_ai.tool.name': tool }),
    ...(method === 'tools/call' ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(prompt === '' ? {} : { 'gen_ai.prompt.name': prompt }),
    ...(protocol === '' ? {} : { 'mcp.protocol.version': protocol }),
  };
}

function begin(tracer: Tracer, message: TracedMessage): CallTrace {
  const target = message.tool === '' ? message.prompt : message.tool;
  const name = target === '' ? message.method : `${message.method} ${target}`;
  const { parent, links } = parentsOf(message);
  const attributes = attributesOf(message);
  const span = tracer.startSpan(
    name,
    {
      kind: SpanKind.SERVER,
      startTime: message.startedMs,
      links,
      attributes: { ...attributes, 'network.transport': 'tcp', 'network.protocol.name': 'http' },
    },
    parent,
  );
  const inside = trace.setSpan(parent, span);
  const end = endOf(span);
  return {
    isInMeta: message.meta.traceparent !== undefined,
    exchange: (transport) => {
      const client = tracer.startSpan(
        name,
        { kind: SpanKind.CLIENT, attributes: { ...attributes, 'network.transport': transport } },
        inside,
      );
      return exchangeOf(client, inside);
    },
    recording(kind) {
      if (!span.isRecording()) return ignore;
      const attributesOfRecord = { 'gatebook.record.kind': kind };
      const wait = tracer.startSpan('gatebook.ledger.append', { attributes: attributesOfRecord }, inside);
      return () => wait.end();
    },
    outcome: (outcome) => void span.setAttribute('gatebook.outcome', outcome),
    end: (errorType) => end(errorType),
  };
}

function exchangeOf(span: Span, outside: Context): ExchangeTrace {
  const spanContext = span.spanContext();
  const state = spanContext.traceState?.serialize();
  const inside = trace.setSpan(outside, span);
  const { traceId, spanId, traceFlags } = spanContext;
  return {
    sent: isSpanContextValid(spanContext)
      ? {
          traceparent: traceparentText({ traceId, parentId: spanId, flags: traceFlags }),
          ...(state === undefined || state === '' ? {} : { tracestate: state }),
        }
      : {},
    during: (run) => context.with(inside, run),
    end: endOf(span),
  };
}

/** The status says that there was an error, its description would be the server's words. A span takes its first end only. */
function endOf(span: Span): (errorType: string | undefined, atMs?: number) => void {
  return (errorType, atMs) => {
    if (errorType !== undefined) {
      span.setAttribute('error.type', errorType);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(atMs);
  };
}
