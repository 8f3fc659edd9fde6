/** What those who decide were told of approvals, by the kind of notifier, and what still waits to be told. */
import { Counter, Gauge } from 'prom-client';
import type { MetricsRegistry } from '#metrics/exposition.ts';

const OUTCOMES = ['told', 'failed', 'dead'] as const;

export type NoticeSources = {
  /** By kind of notifier, since the start of this process. `failed`: tries; `dead`: given up. */
  readonly counts: () => Readonly<Record<string, Readonly<Record<(typeof OUTCOMES)[number], number>>>>;
  /** Notices not told yet, of all processes of the data directory; throws while that cannot be read. */
  readonly waiting: () => number;
};

export function createNoticeMetrics(registry: MetricsRegistry, { counts, waiting }: NoticeSources): void {
  const registers = [registry];
  const told = new Counter({
    name: 'gatebook_approval_notices',
    help: 'Notices of approvals, by the kind of notifier: told, a try that failed, given up.',
    labelNames: ['kind', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(counts()))
        for (const outcome of OUTCOMES) this.inc({ kind, outcome }, count[outcome]);
    },
  });
  told.reset();
  const due = new Gauge({
    name: 'gatebook_approval_notices_waiting',
    help: 'Notices of approvals not told yet, of all processes of the data directory.',
    registers,
    // Every process says the same of all.
    aggregator: 'max',
    collect() {
      try {
        this.set(waiting());
      } catch {
        this.remove();
      }
    },
  });
  due.remove();
}
