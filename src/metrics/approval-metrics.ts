/** Requests for approval as counters and gauges: how many wait, what became of them, how long people took, and alarms. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { STATES } from '#approvals/approval.ts';
import type { ApprovalWatch } from '#approvals/approval-parts.ts';
import type { MetricsRegistry } from '#metrics/exposition.ts';

/** Seconds: from an approver who sits there to one who comes back from a week-end. */
const DECISION_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400];

export type ApprovalSources = {
  /** Of all processes of the data directory; throws while that cannot be read. */
  readonly pending: () => number;
};

/** Those of this process: what another one decided is counted there. */
export function createApprovalMetrics(registry: MetricsRegistry, { pending }: ApprovalSources): ApprovalWatch {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'gatebook_approvals_pending',
    help: 'Requests for approval that wait for people, of all processes of the data directory.',
    registers,
    // Every process says the same of all.
    aggregator: 'max',
    collect() {
      const count = readOr(pending);
      if (count === undefined) this.remove();
      else this.set(count);
    },
  });
  waiting.remove();
  const became = new Counter({
    name: 'gatebook_approvals',
    help: 'Requests for approval, by what they became: `pending` are those that were asked.',
    labelNames: ['state'],
    registers,
  });
  for (const state of STATES) became.inc({ state }, 0);
  const decided = new Histogram({
    name: 'gatebook_approval_decision_seconds',
    help: 'From the request to the decision.',
    labelNames: ['state'],
    buckets: DECISION_BUCKETS,
    registers,
  });
  const floods = new Counter({
    name: 'gatebook_approval_floods',
    help: 'Times more was asked than people can look at, of one caller or under one rule.',
    labelNames: ['of'],
    registers,
  });
  for (const whose of ['caller', 'rule']) floods.inc({ of: whose }, 0);
  const byGlass = new Counter({
    name: 'gatebook_approvals_by_break_glass',
    help: 'Decisions by somebody who could not have decided otherwise.',
    registers,
  });
  return {
    asked: () => became.inc({ state: 'pending' }),
    changed(before, { state, askedMs }, atMs) {
      // A vote that is not the last one, or a statement, changes no state.
      if (state === before.state) return;
      became.inc({ state });
      if (before.state === 'pending' && (state === 'approved' || state === 'denied'))
        decided.observe({ state }, Math.max(0, atMs - askedMs) / 1_000);
    },
    flooded: ({ flood }) => floods.inc({ of: flood?.of ?? 'caller' }),
    decidedByGlass: () => byGlass.inc(),
  };
}

function readOr(read: () => number): number | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
