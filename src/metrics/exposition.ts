/** The metrics of one process, or of several together, as OpenMetrics text. */
import { AggregatorRegistry, Registry } from 'prom-client';
import type { OpenMetricsContentType } from 'prom-client';

export const OPENMETRICS_TYPE = Registry.OPENMETRICS_CONTENT_TYPE;

export type MetricsRegistry = Registry<OpenMetricsContentType>;
export type MetricsJson = Awaited<ReturnType<MetricsRegistry['getMetricsAsJSON']>>;

export type Exposition = {
  /** OpenMetrics 1.0; at most `metricsFreshMs` old. Whoever asks at once gets the same text. */
  text(): Promise<string>;
  /** The same as data, for the process that answers for several (`mergeMetrics`). */
  json(): Promise<MetricsJson>;
};

export function createRegistry(): MetricsRegistry {
  const registry: MetricsRegistry = new Registry();
  registry.setContentType(OPENMETRICS_TYPE);
  return registry;
}

export type Freshness = { readonly monotonicMs: () => number; readonly freshMs: number };

/** Writes a text at most once in `freshMs`, however often it is asked for: scrapes must not be a load. */
export function keepFresh(write: () => Promise<string>, { monotonicMs, freshMs }: Freshness): () => Promise<string> {
  let latest: { readonly text: Promise<string>; readonly atMs: number } | undefined;
  return () => {
    const nowMs = monotonicMs();
    if (latest === undefined || nowMs - latest.atMs >= freshMs) latest = { text: write(), atMs: nowMs };
    return latest.text;
  };
}

export const createExposition = (registry: MetricsRegistry, freshness: Freshness): Exposition => ({
  text: keepFresh(() => registry.metrics(), freshness),
  json: () => registry.getMetricsAsJSON(),
});

/** What several processes count, together: sums, except where a metric says otherwise. */
export function mergeMetrics(processes: readonly MetricsJson[]): Promise<string> {
  const merged = AggregatorRegistry.aggregate<OpenMetricsContentType>([...processes]);
  merged.setContentType(OPENMETRICS_TYPE);
  return merged.metrics();
}
