import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalKillRounds, isBroken } from './approval-rounds.ts';

test('kill -9 at any moment of an approval sends nothing twice for one yes, nothing without one, nothing unrecorded', async () => {
  const report = await approvalKillRounds(4, 7);
  assert.equal(isBroken(report), false, JSON.stringify(report));
  assert.ok(report.asked > 0 && report.agreed > 0 && report.sent > 0, JSON.stringify(report));
});
