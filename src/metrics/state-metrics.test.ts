import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry } from '#metrics/exposition.ts';
import { createStateMetrics } from '#metrics/state-metrics.ts';
import type { StateSources } from '#metrics/state-metrics.ts';
import { readOpenMetrics, total } from '#test/fakes/openmetrics.ts';

const LEDGER = {
  size: 7,
  commits: 3,
  queuedRecords: 1,
  queuedBytes: 100,
  refusalsDropped: 2,
  openIntents: 1,
  lowSpace: false,
  latched: false,
  freeBytes: undefined as number | undefined,
  clockJumps: 0,
};

function open(ledger = { ...LEDGER }) {
  const issuers = [
    { namespace: 'idp', usable: true, keysAgeMs: 61_000, failedRefreshes: 0 },
    { namespace: 'gone', usable: false, keysAgeMs: undefined, failedRefreshes: 4 },
  ];
  const sources: StateSources = {
    shard: 'b',
    ledger: () => ledger,
    index: () => ({ indexedThrough: 5, size: 7, lagRecords: 2, failing: undefined, rebuilds: 1 }),
    identity: () => ({ cacheHits: 10, cacheMisses: 3, cacheEntries: 2, issuers }),
    callsInFlight: () => 4,
    sessions: () => 5,
    stdioProcesses: () => 6,
    refusalsOverflowed: () => 8,
    glassBroken: () => 0,
    certificateExpiresAtMs: () => 1_900_000_000_000,
    version: '0.0.0',
  };
  const registry = createRegistry();
  const watch = createStateMetrics(registry, sources);
  return { watch, ledger, read: async () => readOpenMetrics(await registry.metrics()) };
}

test('every number of the ledger carries its shard, and is read when it is asked for', async () => {
  const { ledger, read } = open();
  const before = await read();
  assert.equal(total(before, 'gatebook_ledger_records', { shard: 'b' }), 7);
  assert.equal(total(before, 'gatebook_ledger_commits_total', { shard: 'b' }), 3);
  assert.equal(total(before, 'gatebook_index_lag_records', { shard: 'b' }), 2);
  assert.deepEqual(
    before.filter(({ name, labels }) => /_ledger_|_index_/.test(name) && labels['shard'] !== 'b'),
    [],
  );
  Object.assign(ledger, { size: 9, commits: 4, latched: true, clockJumps: 2 });
  const after = await read();
  assert.equal(total(after, 'gatebook_ledger_records'), 9);
  assert.equal(total(after, 'gatebook_ledger_commits_total'), 4);
  assert.equal(total(after, 'gatebook_ledger_latched'), 1);
  assert.equal(total(after, 'gatebook_ledger_clock_jumps_total'), 2);
});

test('what is not known is not shown as nought', async () => {
  const { ledger, read } = open();
  const isShown = async (name: string): Promise<boolean> => (await read()).some((sample) => sample.name === name);
  assert.equal(await isShown('gatebook_ledger_free_bytes'), false);
  ledger.freeBytes = 12_345;
  assert.equal(total(await read(), 'gatebook_ledger_free_bytes'), 12_345);
  const ages = (await read()).filter(({ name }) => name === 'gatebook_issuer_keys_age_seconds');
  assert.deepEqual(
    ages.map(({ labels, value }) => [labels['issuer'], value]),
    [['idp', 61]],
  );
});

test('issuers are named by their namespace, with what is wrong with them', async () => {
  const samples = await open().read();
  assert.equal(total(samples, 'gatebook_issuer_keys_usable', { issuer: 'idp' }), 1);
  assert.equal(total(samples, 'gatebook_issuer_keys_usable', { issuer: 'gone' }), 0);
  assert.equal(total(samples, 'gatebook_issuer_refresh_failures_total', { issuer: 'gone' }), 4);
  assert.equal(total(samples, 'gatebook_token_cache_hits_total'), 10);
  assert.equal(total(samples, 'gatebook_token_cache_misses_total'), 3);
});

test('commits are told one by one, and the process tells of itself', async () => {
  const { watch, read } = open();
  watch({ records: 5, bytes: 1_000, diskMs: 0.4, more: false });
  watch({ records: 1, bytes: 200, diskMs: 2_000, more: false });
  const samples = await read();
  assert.equal(total(samples, 'gatebook_ledger_batch_records_sum', { shard: 'b' }), 6);
  assert.equal(total(samples, 'gatebook_ledger_sync_seconds_bucket', { le: '0.0005' }), 1);
  assert.equal(total(samples, 'gatebook_ledger_sync_seconds_count'), 2);
  assert.equal(total(samples, 'gatebook_build_info', { version: '0.0.0', node: process.version }), 1);
  assert.ok(total(samples, 'process_resident_memory_bytes') > 0);
  assert.ok(samples.some(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds'));
});
