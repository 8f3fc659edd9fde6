import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aDecider } from '#test/fakes/approval.ts';
import { asked, rig, settled, YES } from '#test/fakes/approvals-rig.ts';

test('whoever waits hears of the decision, made here or in another process, also when it was made before', async (t) => {
  const one = rig(t);
  const other = rig(t, one.path);
  const { id } = await asked(one);
  const here = settled(one, id);
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  assert.equal((await here).state, 'approved');
  assert.equal((await settled(one, id)).state, 'approved');
  const second = await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32) });
  const there = settled(one, second.id);
  assert.ok((await other.approvals.vote(second.id, aDecider(), { ...YES, effect: 'deny' })).ok);
  await one.approvals.poll();
  assert.equal((await there).state, 'denied');
});

test('whoever goes away waits no longer', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  const heard: string[] = [];
  const forget = one.approvals.whenSettled(id, () => void heard.push('gone'));
  const stays = new Promise((resolve) => void one.approvals.whenSettled(id, resolve));
  forget();
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  await stays;
  assert.deepEqual(heard, []);
});
