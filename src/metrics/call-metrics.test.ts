import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metrics } from '#gateway/metrics.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { createCallMetrics } from '#metrics/call-metrics.ts';
import { createRegistry } from '#metrics/exposition.ts';
import { readOpenMetrics, total } from '#test/fakes/openmetrics.ts';

function open(limits: Partial<Limits> = {}) {
  const registry = createRegistry();
  const metrics: Metrics = createCallMetrics({
    registry,
    limits: { ...LIMITS, ...limits },
    connections: (name) => (name === 'notes' ? name : '_OTHER'),
    transportOf: () => 'tcp',
  });
  const read = async () => readOpenMetrics(await registry.metrics());
  return { metrics, read };
}

const CALL = { connection: 'notes', method: 'tools/call', tool: 'get', protocol: '2025-06-18', errorType: undefined };

test('calls are counted by how they ended, refusals by who was refused', async () => {
  const { metrics, read } = open();
  metrics.callClosed({ connection: 'notes', method: 'tools/call', outcome: 'ok', code: undefined });
  metrics.callClosed({ connection: 'notes', method: 'tools/call', outcome: 'timeout', code: 'upstream_timeout' });
  metrics.callClosed({ connection: 'notes', method: 'x/y', outcome: 'ok', code: undefined });
  metrics.refused({ by: 'stranger', connection: 'anything', code: 'unauthenticated' });
  metrics.refused({ by: 'caller', connection: 'notes', code: 'denied' });
  const samples = await read();
  assert.equal(total(samples, 'gatebook_calls_total', { outcome: 'ok' }), 2);
  assert.equal(total(samples, 'gatebook_calls_total', { mcp_method_name: '_OTHER' }), 1);
  assert.equal(total(samples, 'gatebook_calls_total', { outcome: 'timeout', code: 'upstream_timeout' }), 1);
  assert.equal(total(samples, 'gatebook_refusals_total', { by: 'stranger', connection: '_OTHER' }), 1);
  assert.equal(total(samples, 'gatebook_refusals_total', { by: 'caller', code: 'denied' }), 1);
});

test('durations are in seconds, under the names and buckets of OpenTelemetry', async () => {
  const { metrics, read } = open();
  metrics.served(CALL, 15);
  metrics.exchanged({ ...CALL, errorType: '-32602' }, 400_000);
  const samples = await read();
  const served = { connection: 'notes', mcp_method_name: 'tools/call', gen_ai_tool_name: 'get', error_type: '' };
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_sum', served), 0.015);
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_bucket', { ...served, le: '0.01' }), 0);
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_bucket', { ...served, le: '0.02' }), 1);
  const exchanged = { error_type: '-32602', network_transport: 'tcp', gen_ai_tool_name: 'get' };
  assert.equal(total(samples, 'mcp_client_operation_duration_seconds_count', exchanged), 1);
  assert.equal(total(samples, 'mcp_client_operation_duration_seconds_bucket', { ...exchanged, le: '300' }), 0);
});

test('findings are counted by type, streams while they are open, processes when they end', async () => {
  const { metrics, read } = open();
  metrics.masked([
    { rule: 'field-name', type: 'SECRET', pointer: '/params/arguments/password', count: 2 },
    { rule: 'exact', type: 'SECRET', pointer: '', count: 1 },
  ]);
  metrics.streams('notes', 1);
  metrics.streams('notes', 1);
  metrics.streams('notes', -1);
  metrics.processEnded('notes', false);
  const samples = await read();
  assert.equal(total(samples, 'gatebook_masking_findings_total', { type: 'SECRET' }), 3);
  assert.equal(total(samples, 'gatebook_streams_open', { connection: 'notes' }), 1);
  assert.equal(total(samples, 'gatebook_stdio_processes_ended_total', { asked: 'no' }), 1);
});

test('however many tools, methods and errors are named, the series are bounded', async () => {
  const { metrics, read } = open({ metricsSeries: 50, metricsToolNames: 20 });
  for (let at = 0; at < 2_000; at += 1) {
    const message = { ...CALL, tool: `t${at}`, method: at % 2 === 0 ? 'tools/call' : `m${at}`, protocol: `p${at}` };
    metrics.served(message, 1);
    metrics.served({ ...message, errorType: String(at) }, 1);
    metrics.exchanged({ ...message, connection: `c${at}` }, 1);
    metrics.callClosed({ connection: `c${at}`, method: `m${at}`, outcome: 'ok', code: undefined });
  }
  const samples = await read();
  const counts = samples.filter(({ name }) => name === 'mcp_server_operation_duration_seconds_count');
  assert.ok(counts.length <= 52, `${counts.length} series`);
  assert.ok(samples.length < 3_000, `${samples.length} samples`);
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_count'), 4_000);
});
