/** Metrics that remember what they were told, in order. */
import type { Metrics } from '#gateway/metrics.ts';

export type Told = {
  readonly [K in keyof Metrics]: readonly [name: K, ...facts: Parameters<Metrics[K]>];
}[keyof Metrics];
export type FakeMetrics = Metrics & { readonly told: readonly Told[] };

export function createFakeMetrics(): FakeMetrics {
  const told: Told[] = [];
  return {
    told,
    callClosed: (call) => void told.push(['callClosed', call]),
    refused: (refusal) => void told.push(['refused', refusal]),
    served: (message, ms) => void told.push(['served', message, ms]),
    exchanged: (message, ms) => void told.push(['exchanged', message, ms]),
    masked: (findings) => void told.push(['masked', findings]),
    streams: (connection, change) => void told.push(['streams', connection, change]),
    serverRequestDenied: (connection, kind) => void told.push(['serverRequestDenied', connection, kind]),
    definitions: (noticed) => void told.push(['definitions', noticed]),
    processEnded: (connection, asked) => void told.push(['processEnded', connection, asked]),
  };
}
