import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval, Vote } from '#approvals/approval.ts';
import { createUnkeptVotes } from '#approvals/unkept-votes.ts';
import { aDecider, anApproval } from '#test/fakes/approval.ts';

function rig(kept: Approval | undefined, most = 10) {
  const told: string[] = [];
  const self = { isBroken: false };
  const votes = createUnkeptVotes({
    store: {
      find: () => {
        if (self.isBroken) throw new Error('the disk is gone');
        return kept;
      },
    },
    recordVoid: async ({ id }, { subject }) => told.push(`${id} void vote of ${subject}`),
    endWith: async (_before, after) => void told.push(`${after?.id} ${after?.state}`),
    most,
  });
  return Object.assign(self, { votes, told });
}
const by = aDecider();
const cast: Vote = { by, effect: 'approve', scope: 'once', reason: '', atMs: 1 };

test('a vote that was not kept is said not to have counted, and a no ends what it was about', async () => {
  const yes = rig(anApproval());
  await yes.votes.settleOne('apr_1', { by, effect: 'approve' });
  assert.deepEqual(yes.told, ['apr_1 void vote of grace']);
  const no = rig(anApproval());
  await no.votes.settleOne('apr_1', { by, effect: 'deny' });
  assert.deepEqual(no.told, ['apr_1 void', 'apr_1 void vote of grace']);
});

test('one that was kept after all counts, and of what is not there nothing is said', async () => {
  for (const kept of [anApproval({ votes: [cast] }), undefined]) {
    const { votes, told } = rig(kept);
    await votes.settleOne('apr_1', { by, effect: 'deny' });
    assert.deepEqual(told, []);
  }
});

test('what is in doubt is settled once the state can be read again, each once, and is bounded', async () => {
  const to = rig(anApproval(), 2);
  for (let count = 0; count < 3; count += 1) to.votes.doubt('apr_1', { by, effect: 'approve' });
  to.isBroken = true;
  await assert.rejects(to.votes.settle(), /the disk is gone/);
  to.isBroken = false;
  await to.votes.settle();
  await to.votes.settle();
  assert.equal(to.told.length, 2);
});
