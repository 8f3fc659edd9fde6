import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killRounds } from './kill-rounds.ts';

test('kill -9 under load loses nothing that was acknowledged and sends nothing that was not recorded', async () => {
  const report = await killRounds(3, 1);
  assert.deepEqual(report.faults, []);
  assert.deepEqual(report.lostAnswers, []);
  assert.deepEqual(report.unrecordedCalls, []);
  assert.ok(report.answered > 0 && report.sent >= report.answered, `${report.answered} answered, ${report.sent} sent`);
});

test(
  'two workers killed together lose nothing either',
  { skip: process.platform === 'linux' ? false : 'finds the workers in /proc, which this system does not have' },
  async () => {
    const report = await killRounds(2, 2, 2);
    assert.deepEqual(report.faults, []);
    assert.deepEqual(report.lostAnswers, []);
    assert.deepEqual(report.unrecordedCalls, []);
    assert.ok(
      report.answered > 0 && report.sent >= report.answered,
      `${report.answered} answered, ${report.sent} sent`,
    );
  },
);
