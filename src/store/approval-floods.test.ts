import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Approval, ApprovalStore } from '#approvals/approval.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';

const LIMITS = { approvalFloodMs: 1_000, approvalFloodPerCaller: 2, approvalFloodPerRule: 4, approvalsPerCaller: 100 };
const ADA = { issuer: 'https://okta.example', subject: 'ada', kind: 'person', groups: [], client: undefined } as const;

function rig(t: TestContext, limits: Partial<typeof LIMITS> = {}, path = newStateFile(t)) {
  const store = openApprovalsOn(t, path, { ...LIMITS, ...limits });
  let count = 0;
  const ask = (askedMs: number, who = 'ada', rule = TERMS.rule, by: ApprovalStore = store): Promise<Approval> => {
    count += 1;
    const requester = { ...ADA, subject: who };
    return createApproval(by, { id: `apr_${count}`, askedMs, requester, terms: { ...TERMS, rule } });
  };
  return { path, store, ask };
}

test('what one caller asks beyond what people can look at is a flood, and one request stands for each stretch of it', async (t) => {
  const { ask } = rig(t);
  assert.deepEqual([(await ask(1_000)).flood, (await ask(1_100)).flood], [undefined, undefined]);
  const first = await ask(1_200);
  assert.deepEqual(first.flood, { of: 'caller', first: first.id });
  assert.deepEqual((await ask(1_300)).flood, { of: 'caller', first: first.id });
  assert.equal((await ask(1_300, 'bob')).flood, undefined);
  // It goes on: the next stretch has its own.
  await ask(1_900);
  const next = await ask(2_250);
  assert.deepEqual(next.flood, { of: 'caller', first: next.id });
  assert.equal((await ask(9_000)).flood, undefined);
});

test('many callers under one rule are a flood of the rule, and one caller alone cannot make one', async (t) => {
  const { ask } = rig(t);
  for (let at = 1_000; at < 1_010; at += 1) await ask(at);
  assert.deepEqual([(await ask(1_100, 'bob')).flood, (await ask(1_100, 'cy')).flood], [undefined, undefined]);
  const first = await ask(1_200, 'dee');
  assert.deepEqual(first.flood, { of: 'rule', first: first.id });
  assert.deepEqual((await ask(1_200, 'eli')).flood, { of: 'rule', first: first.id });
  assert.equal((await ask(1_200, 'eli', 'another rule')).flood, undefined);
});

test('processes of one data directory count together, and a flood is still known of each after a restart', async (t) => {
  const { ask, path } = rig(t);
  const other = openApprovalsOn(t, path, LIMITS);
  await ask(1_000);
  await ask(1_000, 'ada', TERMS.rule, other);
  const third = await ask(1_000);
  assert.equal(third.flood?.first, third.id);
  assert.deepEqual(other.find(third.id)?.flood, third.flood);
  assert.deepEqual(
    other.changedAfter(0).map(({ flood }) => flood),
    [undefined, undefined, third.flood],
  );
  const denied = await other.replace(third, { ...third, state: 'denied' });
  assert.deepEqual(denied?.flood, third.flood);
  assert.deepEqual(other.list(['denied'], 9)[0]?.flood, third.flood);
});

test('of many that are written at once those beyond the bound are a flood', async (t) => {
  const { ask } = rig(t);
  const all = await Promise.all(Array.from({ length: 6 }, () => ask(1_000)));
  assert.equal(all.filter(({ flood }) => flood === undefined).length, 2);
  assert.equal(new Set(all.flatMap(({ flood }) => (flood === undefined ? [] : [flood.first]))).size, 1);
});
