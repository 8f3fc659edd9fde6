/** The metrics of one process, wired to what they are about. */
import { transportOf } from '#bin/connections.ts';
import { version } from '#bin/version.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Metrics } from '#gateway/metrics.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { createConnectionNames } from '#metrics/bounded-names.ts';
import { createCallMetrics } from '#metrics/call-metrics.ts';
import type { MetricsRegistry } from '#metrics/exposition.ts';
import { createStateMetrics } from '#metrics/state-metrics.ts';
import type { ProcessBudget } from '#upstream/process-budget.ts';

export function callMetricsOf(registry: MetricsRegistry, { config, limits }: LoadedConfig): Metrics {
  const transports = new Map(
    Object.entries(config.connections).map(([name, { upstream }]) => [name, transportOf(upstream)]),
  );
  return createCallMetrics({
    registry,
    limits,
    connections: createConnectionNames((name) => transports.has(name)),
    transportOf: (name) => transports.get(name),
  });
}

export type WatchedParts = {
  readonly gateway: Gateway;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly budget: ProcessBudget;
};

export function watchState(registry: MetricsRegistry, { gateway, ledger, indexer, budget }: WatchedParts): void {
  const watch = createStateMetrics(registry, {
    shard: ledger.shard,
    ledger: () => ledger.stats(),
    index: () => indexer.state(),
    identity: () => gateway.identity.stats(),
    callsInFlight: () => gateway.admission.inFlight(),
    sessions: () => gateway.sessions.count(),
    stdioProcesses: () => budget.count(),
    refusalsOverflowed: () => gateway.refusals.overflowed(),
    version: version(),
  });
  ledger.onCommit((_mark, batch) => watch(batch));
}
