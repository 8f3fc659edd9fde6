import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aDecider, TERMS } from '#test/fakes/approval.ts';
import { ok } from '#result.ts';
import { approved, asked, rig, settled, YES } from '#test/fakes/approvals-rig.ts';

test('time ends what nobody decided, says so once, and tells whoever waits', async (t) => {
  const one = rig(t);
  const other = rig(t, one.path);
  const { id } = await asked(one);
  const waiting = settled(one, id);
  one.now = 1_000 + TERMS.waitMs;
  other.now = one.now;
  await Promise.all([one.approvals.poll(), other.approvals.poll()]);
  await one.approvals.poll();
  assert.equal((await waiting).state, 'expired');
  assert.deepEqual(
    [...one.acts, ...other.acts].filter((act) => act.startsWith('approval_expired')),
    ['approval_expired apr_1 expired'],
  );
});

test('what was asked under another policy, or by somebody who is nobody any more, becomes void', async (t) => {
  const one = rig(t);
  const granted = await approved(one);
  await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32), policy: 'another' });
  await one.approvals.voidAll(({ policy }) => policy !== 'another');
  assert.equal(one.approvals.find(granted.id)?.state, 'void');
  assert.equal(one.approvals.find('apr_2')?.state, 'pending');
  assert.equal(await one.approvals.use(granted), undefined);
});

test('a request can be withdrawn until somebody decided it', async (t) => {
  const one = rig(t);
  const pending = await asked(one);
  await one.approvals.withdraw(pending.id);
  assert.equal(one.approvals.find(pending.id)?.state, 'withdrawn');
  const granted = await approved(one, YES, { id: 'apr_2' });
  await one.approvals.withdraw(granted.id);
  assert.equal(one.approvals.find(granted.id)?.state, 'approved');
});

test('whoever withdraws a request is named in the book', async (t) => {
  const by: (string | undefined)[] = [];
  const one = rig(t, undefined, {
    record(act, _approval, who) {
      if (act === 'approval_withdrawn') by.push(who?.subject);
      return Promise.resolve(ok('a:1'));
    },
  });
  await one.approvals.withdraw((await asked(one)).id, aDecider('ada'));
  await one.approvals.withdraw((await asked(one, { id: 'apr_2' })).id);
  assert.deepEqual(by, ['ada', undefined]);
});
