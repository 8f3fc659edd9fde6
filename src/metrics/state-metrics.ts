/** What is read when somebody asks: the state of the ledger, the index, the issuers and the process. */
import { collectDefaultMetrics, Counter, Gauge, Histogram } from 'prom-client';
import type { IndexerState } from '#events/indexer.ts';
import type { IdentityStats } from '#identity/identity.ts';
import type { CommittedBatch } from '#ledger/commit.ts';
import type { LedgerStats } from '#ledger/ledger.ts';
import type { MetricsRegistry } from '#metrics/exposition.ts';

export type StateSources = {
  /** Of this process; every metric of the ledger carries it, so that those of several processes stay apart. */
  readonly shard: string;
  readonly ledger: () => LedgerStats;
  readonly index: () => IndexerState;
  readonly identity: () => IdentityStats;
  readonly callsInFlight: () => number;
  readonly sessions: () => number;
  readonly stdioProcesses: () => number;
  /** Refusals of strangers that could not be kept apart by source. */
  readonly refusalsOverflowed: () => number;
  /** How often somebody made themselves an admin, through this process. */
  readonly glassBroken: () => number;
  /** Undefined while no certificate is in use. */
  readonly certificateExpiresAtMs: () => number | undefined;
  readonly version: string;
};

/** Seconds: a good disk syncs in a fraction of a millisecond, `ledgerSyncStallMs` is the end. */
const SYNC_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** One gauge or counter; `read` gives its value, or undefined while there is none. */
type Reading = readonly [name: string, help: string, read: () => number | undefined];
/** A timer of the event loop itself: rare enough not to be a load. */
const LOOP_DELAY_EVERY_MS = 20;
type Labels = Readonly<Record<string, string>>;

function gauges(registry: MetricsRegistry, labels: Labels, readings: readonly Reading[]): void {
  for (const [name, help, read] of readings) {
    const gauge = new Gauge({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      collect() {
        const value = read();
        this.reset();
        if (value !== undefined) this.set(labels, value);
      },
    });
    gauge.set(labels, 0);
  }
}

/** Counts that live elsewhere; they begin at nought with the process, as counters do. */
function counters(registry: MetricsRegistry, labels: Labels, readings: readonly Reading[]): void {
  for (const [name, help, read] of readings) {
    const counter = new Counter({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      collect() {
        this.reset();
        this.inc(labels, read() ?? 0);
      },
    });
    counter.inc(labels, 0);
  }
}

function ledgerMetrics(registry: MetricsRegistry, { shard, ledger, index, refusalsOverflowed }: StateSources): void {
  gauges(registry, { shard }, [
    ['gatebook_ledger_records', 'Durable records.', () => ledger().size],
    ['gatebook_ledger_queue_records', 'Entries that wait for their commit.', () => ledger().queuedRecords],
    ['gatebook_ledger_queue_bytes', 'Bytes that wait for their commit.', () => ledger().queuedBytes],
    ['gatebook_ledger_open_intents', 'Intents without a result yet.', () => ledger().openIntents],
    ['gatebook_ledger_low_space', '1 while new calls are refused for want of space.', () => Number(ledger().lowSpace)],
    ['gatebook_ledger_latched', '1 once the ledger has stopped for good.', () => Number(ledger().latched)],
    ['gatebook_ledger_free_bytes', 'Free bytes of its file system, as last looked at.', () => ledger().freeBytes],
    ['gatebook_index_lag_records', 'Durable records that cannot be searched yet.', () => index().lagRecords],
    ['gatebook_index_failing', '1 while the index cannot follow.', () => Number(index().failing !== undefined)],
  ]);
  counters(registry, { shard }, [
    ['gatebook_ledger_commits', 'Commits synced since the start.', () => ledger().commits],
    ['gatebook_ledger_clock_jumps', 'Jumps of the clock.', () => ledger().clockJumps],
    ['gatebook_ledger_refusals_dropped', 'Strangers’ refusals without a record.', () => ledger().refusalsDropped],
    ['gatebook_refusal_sources_overflowed', 'Strangers’ refusals not kept apart by source.', refusalsOverflowed],
    ['gatebook_index_rebuilds', 'Times the index was built anew.', () => index().rebuilds],
  ]);
}

function issuerMetrics(registry: MetricsRegistry, identity: () => IdentityStats): void {
  const registers = [registry];
  const labelNames = ['issuer'];
  const usable = new Gauge({
    name: 'gatebook_issuer_keys_usable',
    help: '1 while tokens of this issuer can be checked.',
    labelNames,
    registers,
    aggregator: 'min',
    collect() {
      for (const issuer of identity().issuers) this.set({ issuer: issuer.namespace }, Number(issuer.usable));
    },
  });
  usable.reset();
  const age = new Gauge({
    name: 'gatebook_issuer_keys_age_seconds',
    help: 'Since the keys in use were fetched.',
    labelNames,
    registers,
    aggregator: 'max',
    collect() {
      for (const issuer of identity().issuers) {
        if (issuer.keysAgeMs !== undefined) this.set({ issuer: issuer.namespace }, issuer.keysAgeMs / 1_000);
      }
    },
  });
  age.reset();
  const failures = new Counter({
    name: 'gatebook_issuer_refresh_failures',
    help: 'Failed attempts to fetch the keys.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const issuer of identity().issuers) this.inc({ issuer: issuer.namespace }, issuer.failedRefreshes);
    },
  });
  failures.reset();
}

function processMetrics(registry: MetricsRegistry, sources: StateSources): void {
  const { identity, version } = sources;
  gauges(registry, {}, [
    ['gatebook_calls_in_flight', 'Calls on their way.', sources.callsInFlight],
    ['gatebook_sessions', 'Legacy sessions remembered.', sources.sessions],
    ['gatebook_stdio_processes', 'Server processes running.', sources.stdioProcesses],
    ['gatebook_token_cache_entries', 'Verified tokens remembered.', () => identity().cacheEntries],
  ]);
  counters(registry, {}, [
    ['gatebook_break_glass', 'Times somebody made themselves an admin by break glass.', sources.glassBroken],
    ['gatebook_token_cache_hits', 'Tokens found in the cache.', () => identity().cacheHits],
    ['gatebook_token_cache_misses', 'Tokens that had to be verified.', () => identity().cacheMisses],
  ]);
  const expires = new Gauge({
    name: 'gatebook_certificate_expires_seconds',
    help: 'Unix time at which the certificate of the listener ends.',
    labelNames: ['listener'],
    registers: [registry],
    aggregator: 'min',
    collect() {
      const atMs = sources.certificateExpiresAtMs();
      if (atMs !== undefined) this.set({ listener: 'server' }, atMs / 1_000);
    },
  });
  expires.reset();
  const build = new Gauge({
    name: 'gatebook_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
    aggregator: 'first',
  });
  build.set({ version, node: process.version }, 1);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_DELAY_EVERY_MS });
}

export type CommitWatch = (batch: CommittedBatch) => void;

/** Gives what must be told of every commit. */
export function createStateMetrics(registry: MetricsRegistry, sources: StateSources): CommitWatch {
  ledgerMetrics(registry, sources);
  issuerMetrics(registry, sources.identity);
  processMetrics(registry, sources);
  const labelNames = ['shard'];
  const sync = new Histogram({
    name: 'gatebook_ledger_sync_seconds',
    help: 'Write and sync of one commit.',
    labelNames,
    buckets: SYNC_BUCKETS,
    registers: [registry],
  }).labels(sources.shard);
  const batch = new Histogram({
    name: 'gatebook_ledger_batch_records',
    help: 'Records of one commit.',
    labelNames,
    buckets: BATCH_BUCKETS,
    registers: [registry],
  }).labels(sources.shard);
  return ({ records, diskMs }) => {
    sync.observe(diskMs / 1_000);
    batch.observe(records);
  };
}
