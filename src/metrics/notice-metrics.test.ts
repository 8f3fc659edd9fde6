import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry, mergeMetrics } from '#metrics/exposition.ts';
import { createNoticeMetrics } from '#metrics/notice-metrics.ts';
import type { NoticeSources } from '#metrics/notice-metrics.ts';
import { readOpenMetrics, total } from '#test/fakes/openmetrics.ts';

function open(waiting: NoticeSources['waiting'] = () => 2) {
  const registry = createRegistry();
  const counts = { slack: { told: 3, failed: 1, dead: 0 }, webhook: { told: 0, failed: 9, dead: 1 } };
  createNoticeMetrics(registry, { counts: () => counts, waiting });
  return { registry, counts, read: async () => readOpenMetrics(await registry.metrics()) };
}

test('notices are counted as they are asked for, by kind and by what came of them', async () => {
  const { counts, read } = open();
  const count = async (kind: string, outcome: string) =>
    total(await read(), 'gatebook_approval_notices_total', { kind, outcome });
  assert.deepEqual([await count('slack', 'told'), await count('webhook', 'dead')], [3, 1]);
  counts.slack.told = 4;
  assert.equal(await count('slack', 'told'), 4);
});

test('what waits to be told is one number for all processes, and none while it cannot be read', async () => {
  const [one, other] = [open(), open()];
  const merged = readOpenMetrics(
    await mergeMetrics([await one.registry.getMetricsAsJSON(), await other.registry.getMetricsAsJSON()]),
  );
  assert.equal(total(merged, 'gatebook_approval_notices_waiting'), 2);
  assert.equal(total(merged, 'gatebook_approval_notices_total', { kind: 'slack', outcome: 'told' }), 6);
  const blind = open(() => {
    throw new Error('the disk is gone');
  });
  assert.equal(
    (await blind.read()).some(({ name }) => name === 'gatebook_approval_notices_waiting'),
    false,
  );
});
