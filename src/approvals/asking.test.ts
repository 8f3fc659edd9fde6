import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { aDecider, TERMS } from '#test/fakes/approval.ts';
import { LIMITS } from '#limits.ts';
import { asked, rig, YES } from '#test/fakes/approvals-rig.ts';

test('what is asked twice while it waits is one request, recorded once', async (t) => {
  const one = rig(t);
  const first = await asked(one);
  const second = await asked(one, { id: 'apr_2' });
  assert.equal(second.id, first.id);
  assert.deepEqual(one.acts, ['approval_requested apr_1']);
  const other = await asked(one, { id: 'apr_3', fingerprint: new Uint8Array(32) });
  assert.equal(other.id, 'apr_3');
});

test('a no is not asked for again while a request would wait, and is after that', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  assert.ok((await one.approvals.vote(id, aDecider(), { ...YES, effect: 'deny' })).ok);
  one.now += TERMS.waitMs - 1;
  assert.equal((await asked(one, { id: 'apr_2' })).state, 'denied');
  one.now += 1;
  assert.equal((await asked(one, { id: 'apr_3' })).state, 'pending');
});

test('of the same that is asked many times at once one request comes, recorded once', async (t) => {
  const one = rig(t);
  const all = await Promise.all(['apr_1', 'apr_2', 'apr_3'].map((id) => asked(one, { id })));
  assert.deepEqual(new Set(all.map(({ id }) => id)), new Set(['apr_1']));
  assert.deepEqual(one.acts, ['approval_requested apr_1']);
});

test('a flood is recorded and alarmed once, every request of it is one of its own, and nobody agrees to two at once', async (t) => {
  const alarms: string[] = [];
  const watch = {
    asked: () => undefined,
    changed: () => undefined,
    decidedByGlass: () => undefined,
    flooded: ({ id }: Approval) => alarms.push(id),
  };
  const one = rig(t, undefined, { watch });
  const most = LIMITS.approvalFloodPerCaller;
  for (let n = 1; n <= most + 3; n += 1)
    await asked(one, { id: `apr_${n}`, fingerprint: Uint8Array.from(Buffer.alloc(32, `delete ${n}`)) });
  const first = `apr_${most + 1}`;
  assert.deepEqual(alarms, [first]);
  assert.deepEqual(
    one.acts.filter((act) => act.startsWith('approval_flood')),
    [`approval_flood ${first} pending`],
  );
  assert.equal(one.approvals.list(['pending']).length, most + 3);
  await one.approvals.vote(first, aDecider(), YES);
  assert.equal(one.approvals.list(['pending']).length, most + 2);
});
