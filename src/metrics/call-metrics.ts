/**
 * Calls as counters and histograms. Durations have the names and buckets of OpenTelemetry's conventions for MCP in
 * Prometheus' spelling; what is only Gatebook's is `gatebook_*`. Series are found by one text of their labels, so that a
 * call pays for no hashing of label objects.
 */
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Limits } from '#limits.ts';
import type { ConnectionNames } from '#metrics/bounded-names.ts';
import { createToolNames, errorLabel, methodLabel, protocolLabel } from '#metrics/bounded-names.ts';
import type { MetricsRegistry } from '#metrics/exposition.ts';
import { createSeries } from '#metrics/series.ts';

/** Seconds; OpenTelemetry, `mcp.server.operation.duration` and `mcp.client.operation.duration`. */
const OPERATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

type Message = {
  readonly connection: string;
  readonly method: string;
  readonly tool: string;
  readonly protocol: string | undefined;
  readonly errorType: string | undefined;
};

export type CallMetricsOptions = {
  readonly registry: MetricsRegistry;
  readonly limits: Pick<Limits, 'metricsSeries' | 'metricsToolNames'>;
  readonly connections: ConnectionNames;
  /** How a connection's server is reached; undefined for none that is configured. */
  readonly transportOf: (connection: string) => 'tcp' | 'pipe' | undefined;
};

/** The gateway's port `Metrics`, by shape: this folder does not know the gateway. */
export function createCallMetrics(options: CallMetricsOptions) {
  return { ...countedCalls(options), ...timedCalls(options) };
}

function countedCalls({ registry, limits, connections }: CallMetricsOptions) {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: readonly string[]) => {
    const metric = new Counter({ name, help, labelNames, registers });
    return createSeries((values) => metric.labels(...values), limits.metricsSeries);
  };
  const calls = counter('gatebook_calls', 'Requests whose intent a durable result closed, by how they ended.', [
    'connection',
    'mcp_method_name',
    'outcome',
    'code',
  ]);
  const refusals = counter('gatebook_refusals', 'Messages refused before anything was sent up.', [
    'connection',
    'by',
    'code',
  ]);
  const findings = counter('gatebook_masking_findings', 'Sensitive values replaced in what is stored.', ['type']);
  const ended = counter('gatebook_stdio_processes_ended', 'Server processes that ended, asked to or not.', [
    'connection',
    'asked',
  ]);
  const definitions = counter('gatebook_definitions', 'Definitions of servers, by what was noticed of them.', [
    'connection',
    'kind',
    'event',
  ]);
  const denied = counter('gatebook_server_requests_denied', 'What servers asked of clients and may not.', [
    'connection',
    'kind',
  ]);
  const open = new Gauge({
    name: 'gatebook_streams_open',
    help: 'Answers that are event streams under way.',
    labelNames: ['connection'],
    registers,
  });
  const streams = createSeries((values) => open.labels(...values), limits.metricsSeries);
  return {
    callClosed(call: {
      readonly connection: string;
      readonly method: string;
      readonly outcome: string;
      readonly code: string | undefined;
    }): void {
      calls.child(connections(call.connection), methodLabel(call.method), call.outcome, call.code ?? '').inc();
    },
    refused(refusal: { readonly by: string; readonly connection: string; readonly code: string }): void {
      refusals.child(connections(refusal.connection), refusal.by, refusal.code).inc();
    },
    masked(found: readonly { readonly type: string; readonly count: number }[]): void {
      for (const { type, count } of found) findings.child(type).inc(count);
    },
    streams(connection: string, change: 1 | -1): void {
      streams.child(connections(connection)).inc(change);
    },
    serverRequestDenied(connection: string, kind: string): void {
      denied.child(connections(connection), kind).inc();
    },
    definitions(noticed: {
      readonly connection: string;
      readonly kind: string;
      readonly event: string;
      readonly count: number;
    }): void {
      definitions.child(connections(noticed.connection), noticed.kind, noticed.event).inc(noticed.count);
    },
    processEnded(connection: string, asked: boolean): void {
      ended.child(connections(connection), asked ? 'yes' : 'no').inc();
    },
  };
}

function timedCalls({ registry, limits, connections, transportOf }: CallMetricsOptions) {
  const registers = [registry];
  const buckets = OPERATION_BUCKETS;
  const tools = createToolNames(limits);
  const server = new Histogram({
    name: 'mcp_server_operation_duration_seconds',
    help: 'From the arrival of a request or notification until its answer was handed over (mcp.server.operation.duration).',
    labelNames: ['connection', 'mcp_method_name', 'gen_ai_tool_name', 'error_type', 'mcp_protocol_version'],
    buckets,
    registers,
  });
  const client = new Histogram({
    name: 'mcp_client_operation_duration_seconds',
    help: 'From sending a request or notification up until its answer was heard (mcp.client.operation.duration).',
    labelNames: ['connection', 'mcp_method_name', 'gen_ai_tool_name', 'error_type', 'network_transport'],
    buckets,
    registers,
  });
  const served = createSeries((values) => server.labels(...values), limits.metricsSeries);
  const exchanged = createSeries((values) => client.labels(...values), limits.metricsSeries);
  const toolOf = (message: Message): string =>
    tools.label(message.connection, message.tool, message.errorType === undefined);
  return {
    served(message: Message, ms: number): void {
      served
        .child(
          connections(message.connection),
          methodLabel(message.method),
          toolOf(message),
          errorLabel(message.errorType),
          protocolLabel(message.protocol),
        )
        .observe(ms / 1_000);
    },
    exchanged(message: Message, ms: number): void {
      exchanged
        .child(
          connections(message.connection),
          methodLabel(message.method),
          toolOf(message),
          errorLabel(message.errorType),
          transportOf(message.connection) ?? '',
        )
        .observe(ms / 1_000);
    },
  };
}
