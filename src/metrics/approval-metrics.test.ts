import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApprovalMetrics } from '#metrics/approval-metrics.ts';
import { createRegistry, mergeMetrics } from '#metrics/exposition.ts';
import { anApproval } from '#test/fakes/approval.ts';
import { readOpenMetrics, total } from '#test/fakes/openmetrics.ts';

function open(pending: () => number = () => 3) {
  const registry = createRegistry();
  const watch = createApprovalMetrics(registry, { pending });
  return { registry, watch, read: async () => readOpenMetrics(await registry.metrics()) };
}

test('requests are counted by what they became, and how long people took', async () => {
  const { watch, read } = open();
  const asked = anApproval({ askedMs: 1_000 });
  watch.asked(asked);
  // One of two who agree.
  watch.changed(asked, { ...asked, revision: 2 }, 3_000);
  const approved = anApproval({ askedMs: 1_000, state: 'approved' });
  watch.changed(asked, approved, 8_000);
  watch.changed(approved, { ...approved, state: 'used' }, 9_000);
  watch.changed(asked, anApproval({ state: 'expired' }), 700_000);
  const samples = await read();
  const count = (state: string) => total(samples, 'gatebook_approvals_total', { state });
  assert.deepEqual(['pending', 'approved', 'denied', 'used', 'expired'].map(count), [1, 1, 0, 1, 1]);
  assert.equal(total(samples, 'gatebook_approval_decision_seconds_count'), 1);
  assert.equal(total(samples, 'gatebook_approval_decision_seconds_sum', { state: 'approved' }), 7);
});

test('floods are alarms of their own, by whose they are, and so are decisions by broken glass', async () => {
  const { watch, read } = open();
  assert.equal(total(await read(), 'gatebook_approval_floods_total'), 0);
  watch.flooded(anApproval({ flood: { of: 'rule', first: 'apr_1' } }));
  watch.decidedByGlass(anApproval(), 'a:1');
  const samples = await read();
  assert.equal(total(samples, 'gatebook_approval_floods_total', { of: 'rule' }), 1);
  assert.equal(total(samples, 'gatebook_approval_floods_total', { of: 'caller' }), 0);
  assert.equal(total(samples, 'gatebook_approvals_by_break_glass_total'), 1);
});

test('what waits is one number for all processes, and none while it cannot be read', async () => {
  const [one, other] = [open(), open()];
  const merged = readOpenMetrics(
    await mergeMetrics([await one.registry.getMetricsAsJSON(), await other.registry.getMetricsAsJSON()]),
  );
  assert.equal(total(merged, 'gatebook_approvals_pending'), 3);
  const blind = open(() => {
    throw new Error('the disk is gone');
  });
  assert.equal(
    (await blind.read()).some(({ name }) => name === 'gatebook_approvals_pending'),
    false,
  );
});
