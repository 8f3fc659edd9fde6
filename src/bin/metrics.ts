/** The metrics of one process, wired to what they are about. */
import type { Certificate } from '#bin/certificate.ts';
import { transportOf } from '#bin/connections.ts';
import { version } from '#bin/version.ts';
import type { Config, UpstreamConfig } from '#config/schema.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Metrics } from '#gateway/metrics.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Limits } from '#limits.ts';
import { createConnectionNames } from '#metrics/bounded-names.ts';
import { createCallMetrics } from '#metrics/call-metrics.ts';
import type { MetricsRegistry } from '#metrics/exposition.ts';
import { createStateMetrics } from '#metrics/state-metrics.ts';
import type { PlaceBudget } from '#upstream/place-budget.ts';

/** `current`: the configuration in force, which a reload may give other connections. */
export function callMetricsOf(registry: MetricsRegistry, limits: Limits, current: () => Config): Metrics {
  const upstreamOf = (name: string): UpstreamConfig | undefined => {
    const { connections } = current();
    return Object.hasOwn(connections, name) ? connections[name]?.upstream : undefined;
  };
  return createCallMetrics({
    registry,
    limits,
    connections: createConnectionNames((name) => upstreamOf(name) !== undefined),
    transportOf: (name) => {
      const upstream = upstreamOf(name);
      return upstream === undefined ? undefined : transportOf(upstream);
    },
  });
}

export type WatchedParts = {
  /** The one in force. */
  readonly gateway: () => Gateway;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly budget: PlaceBudget;
  readonly brokenGlass: { readonly broken: () => number };
  /** Undefined while the gateway serves in clear. */
  readonly certificate: () => Pick<Certificate, 'expiresAtMs'> | undefined;
};

export function watchState(
  registry: MetricsRegistry,
  { gateway, ledger, indexer, budget, certificate, brokenGlass }: WatchedParts,
): void {
  const watch = createStateMetrics(registry, {
    shard: ledger.shard,
    ledger: () => ledger.stats(),
    index: () => indexer.state(),
    identity: () => gateway().identity.stats(),
    callsInFlight: () => gateway().admission.inFlight(),
    sessions: () => gateway().sessions.count(),
    stdioProcesses: () => budget.count(),
    refusalsOverflowed: () => gateway().refusals.overflowed(),
    glassBroken: () => brokenGlass.broken(),
    certificateExpiresAtMs: () => certificate()?.expiresAtMs(),
    version: version(),
  });
  ledger.onCommit((_mark, batch) => watch(batch));
}
