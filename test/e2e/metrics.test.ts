/** The counters against the book, after a run of everything at once; and what a scraper gets to see. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OUTCOMES } from '#ledger/record.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import { readOpenMetrics, total } from '../fakes/openmetrics.ts';
import type { Sample } from '../fakes/openmetrics.ts';
import { CREDENTIAL, startTestGateway, toolCall } from './harness.ts';
import type { TestGateway, TestRecord } from './harness.ts';

const SECRET_ARGUMENT = 'argument-of-ada-7c1e55';

async function mixedRun(gateway: TestGateway): Promise<void> {
  const call = (name: string, connection = 'notes'): Promise<unknown> =>
    gateway.post(connection, JSON.stringify(toolCall(name, { note: SECRET_ARGUMENT })));
  gateway.server.answering = answerWith({ content: [] });
  await Promise.all(Array.from({ length: 20 }, () => call('get_note')));
  await call('get_note', 'gone');
  await call('drop_table');
  await call('delete_note');
  await call('get_note', 'private');
  await call('get_note', 'nowhere');
  await gateway.post('notes', '{"jsonrpc":');
  await gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  for (let at = 0; at < 5; at += 1) {
    await gateway.post('notes', '{}', { authorization: undefined });
    await gateway.post('made-up', '{}', { authorization: 'Bearer a.b.c' });
  }
  gateway.server.answering = answerWith({ content: [], isError: true });
  await call('get_note');
  gateway.server.answering = (seen, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, error: { code: -32602, message: 'no' } }));
  await call('get_note');
  gateway.server.answering = (_seen, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":');
  await call('get_note');
  gateway.server.answering = () => undefined;
  await call('get_note');
}

/** What a scrape gives once the last answer has been measured. */
async function scrape(gateway: TestGateway, calls: number): Promise<readonly Sample[]> {
  for (let turn = 0; turn < 500; turn += 1) {
    const samples = readOpenMetrics(await gateway.composed.metrics.text());
    const isSettled =
      total(samples, 'mcp_client_operation_duration_seconds_count') >= calls &&
      total(samples, 'gatebook_calls_in_flight') === 0;
    if (isSettled) return samples;
    await new Promise((next) => {
      setTimeout(next, 20);
    });
  }
  throw new Error('the metrics never settled');
}

const countOf = (records: readonly TestRecord[], kind: string, st?: string): number =>
  records
    .filter(({ leaf }) => leaf.kind === kind && (st === undefined || leaf.st === st))
    .reduce((sum, { header }) => sum + (header?.count ?? 1), 0);

test('after a mixed run the counters say what the book says', async (t) => {
  const gateway = await startTestGateway(t, { limits: { upstreamHeadersMs: 1_000 } });
  await mixedRun(gateway);
  gateway.flushRefusals();
  // Strangers' refusals are recorded without anybody waiting: the last ten are there when their count is.
  await gateway.recordWhere(({ header }) => header?.code === 'unauthenticated' && header.count === 4);
  const samples = await scrape(gateway, 26);
  const records = await gateway.records();

  for (const outcome of OUTCOMES)
    assert.equal(total(samples, 'gatebook_calls_total', { outcome }), countOf(records, 'result', outcome), outcome);
  assert.deepEqual(
    ['ok', 'tool_error', 'error', 'timeout'].map((outcome) => countOf(records, 'result', outcome)),
    [20, 1, 3, 1],
  );
  const codes = [...new Set(records.filter(({ leaf }) => leaf.kind === 'denied').map(({ leaf }) => leaf.st))];
  assert.ok(codes.length >= 5, codes.join());
  for (const code of codes)
    assert.equal(total(samples, 'gatebook_refusals_total', { code }), countOf(records, 'denied', code), code);
  assert.equal(total(samples, 'gatebook_refusals_total'), countOf(records, 'denied'));
  assert.equal(total(samples, 'gatebook_refusals_total', { by: 'stranger' }), 10);
  assert.equal(total(samples, 'gatebook_ledger_records', { shard: 'a' }), records.length);
  // The records of the start were written before anything could watch.
  const atStart = records.findIndex(({ leaf }) => leaf.st === 'policy');
  assert.equal(total(samples, 'gatebook_ledger_batch_records_sum'), records.length - atStart);
  const served = { connection: 'notes', mcp_method_name: 'tools/call', gen_ai_tool_name: 'get_note' };
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_count', { ...served, error_type: '' }), 20);
  assert.equal(total(samples, 'mcp_server_operation_duration_seconds_count', { ...served, error_type: '-32602' }), 1);
});

test('no label holds a caller, a token, a credential or an argument, and strangers add no series', async (t) => {
  const gateway = await startTestGateway(t, { limits: { upstreamHeadersMs: 1_000 } });
  gateway.server.answering = answerWith({ content: [] });
  const token = await gateway.token();
  await gateway.post('notes', JSON.stringify(toolCall('get_note', { note: SECRET_ARGUMENT, token })));
  await gateway.post('notes', JSON.stringify(toolCall(token)));
  await gateway.post('notes', JSON.stringify(toolCall(`x${token.slice(-40)}`)));
  await gateway.post('notes', JSON.stringify(toolCall(CREDENTIAL)));
  await gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', id: 1, method: `x/${SECRET_ARGUMENT}` }));
  await gateway.post('notes', JSON.stringify(toolCall('get_note')), { 'mcp-protocol-version': '2025-01-01' });
  const before = (await scrape(gateway, 5)).length;
  for (let at = 0; at < 50; at += 1)
    await gateway.post(`stranger${at}`, '{}', { authorization: `Bearer ${at}.b.c`, 'mcp-method': `m${at}` });
  await gateway.post('notes', JSON.stringify(toolCall('get_note')));
  const samples = await scrape(gateway, 6);
  const text = JSON.stringify(samples);
  for (const secret of [token, CREDENTIAL, SECRET_ARGUMENT, 'robot', 'stranger1', gateway.issuer.url, '127.0.0.1'])
    assert.equal(text.includes(secret), false, secret.slice(0, 16));
  assert.ok(samples.length - before <= 25, `${samples.length - before} new samples`);
});

test('every metric is in docs/OBSERVABILITY.md, and the docs name no other', async (t) => {
  const gateway = await startTestGateway(t);
  const text = await gateway.composed.metrics.text();
  const families = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', kind]) =>
    kind === 'counter' ? `${name}_total` : name,
  );
  const own = families.filter((name) => /^(?:gatebook|mcp)_/.test(name)).toSorted();
  const docs = readFileSync(new URL('../../docs/OBSERVABILITY.md', import.meta.url), 'utf8');
  const table = docs.split('\n').filter((line) => line.startsWith('| `'));
  const named = table.flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`((?:gatebook|mcp)_\w+)`/g)]);
  assert.deepEqual(named.map(([, name = '']) => name).toSorted(), own);
});
