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

export function createExposition(
  registry: MetricsRegistry,
  options: { readonly monotonicMs: () => number; readonly freshMs: number },
): Exposition {
  let latest: { readonly text: Promise<string>; readonly atMs: number } | undefined;
  return {
    text() {
      const nowMs = options.monotonicMs();
      if (latest === undefined || nowMs - latest.atMs >= options.freshMs)
        latest = { text: registry.metrics(), atMs: nowMs };
      return latest.text;
    },
    json: () => registry.getMetricsAsJSON(),
  };
}

/** What several processes count, together: sums, except where a metric says otherwise. */
export function mergeMetrics(processes: readonly MetricsJson[]): Promise<string> {
  const merged = AggregatorRegistry.aggregate<OpenMetricsContentType>([...processes]);
  merged.setContentType(OPENMETRICS_TYPE);
  return merged.metrics();
}
