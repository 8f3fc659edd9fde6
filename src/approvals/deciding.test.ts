import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeApprovalStore } from '#test/fakes/approval-store.ts';
import type { Approval, ApprovalStore } from '#approvals/approval.ts';
import type { ApprovalParts } from '#approvals/approval-parts.ts';
import { aDecider, TERMS } from '#test/fakes/approval.ts';
import { err, ok } from '#result.ts';
import { asked, held, rig, YES } from '#test/fakes/approvals-rig.ts';

test('nothing is asked, and nobody decides, when the book cannot say so', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  one.isBookOpen = false;
  assert.deepEqual(await one.approvals.vote(id, aDecider(), YES), {
    ok: false,
    error: { code: 'unavailable', reason: 'stopped' },
  });
  assert.equal(one.approvals.find(id)?.state, 'pending');
  const more = await one.approvals.ask(held(one, { id: 'apr_2', fingerprint: new Uint8Array(32) }));
  assert.equal(more.ok, false);
  assert.equal(one.approvals.find('apr_2'), undefined);
});

test('of two who decide at the same time one counts, and the book says that the other did not', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  const results = await Promise.all([
    one.approvals.vote(id, aDecider(), YES),
    one.approvals.vote(id, aDecider('olga'), { ...YES, effect: 'deny' }),
  ]);
  assert.equal(results.filter((result) => result.ok).length, 1);
  assert.deepEqual(
    results.flatMap((result) => (result.ok ? [] : [result.error])),
    ['changed_meanwhile'],
  );
  assert.equal(one.acts.filter((act) => act.startsWith('approval_vote_void')).length, 1);
});

test('what whoever asks says is in the book before it counts, and only then can anybody agree', async (t) => {
  const one = rig(t);
  const { id, requester } = await asked(one, { terms: { ...TERMS, asks: { reason: true } } });
  const said = { reason: 'the customer asked', mask: (text: string) => text };
  assert.deepEqual(await one.approvals.vote(id, aDecider(), YES), { ok: false, error: 'statement_missing' });
  one.isBookOpen = false;
  assert.equal((await one.approvals.state(id, requester, said)).ok, false);
  assert.equal(one.approvals.find(id)?.statement, undefined);
  one.isBookOpen = true;
  assert.deepEqual(await one.approvals.state(id, aDecider(), said), { ok: false, error: 'not_the_requester' });
  assert.ok((await one.approvals.state(id, requester, said)).ok);
  assert.deepEqual(await one.approvals.state(id, requester, said), { ok: false, error: 'stated_already' });
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  assert.deepEqual(one.acts.slice(1), [`approval_statement ${id} pending`, `approval_vote ${id} approved`]);
  assert.equal(one.approvals.find(id)?.statement?.reason, 'the customer asked');
});

test('what somebody decides by broken glass is in the book as that before it is in force, and alarmed', async (t) => {
  const alarms: string[] = [];
  const watch = {
    asked: () => undefined,
    changed: () => undefined,
    flooded: () => undefined,
    decidedByGlass: ({ id }: Approval, glass: string) => alarms.push(`${id} ${glass}`),
  };
  const one = rig(t, undefined, { watch, glassOf: ({ subject }) => (subject === 'nina' ? 'a:9' : undefined) });
  const nina = aDecider('nina', ['okta:on-call']);
  const { id } = await asked(one);
  assert.equal(one.approvals.isShownTo(await asked(one), aDecider('olga', []), new Set()), false);
  assert.equal(one.approvals.isShownTo(await asked(one), nina, new Set()), true);
  // Whoever asks cannot say that they broke the glass.
  assert.deepEqual(await one.approvals.vote(id, { ...aDecider('olga', []), glass: 'a:9' }, YES), {
    ok: false,
    error: 'not_an_approver',
  });
  assert.ok((await one.approvals.vote(id, nina, YES)).ok);
  assert.deepEqual(one.acts.slice(1), [`approval_break_glass ${id} approved`, `approval_vote ${id} approved`]);
  assert.deepEqual(alarms, [`${id} a:9`]);
  const second = await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32) });
  assert.ok((await one.approvals.vote(second.id, aDecider(), YES)).ok);
  assert.equal(alarms.length, 1);
});

test('what cannot be recorded as done by broken glass is not done', async (t) => {
  const acts: string[] = [];
  const record: ApprovalParts['record'] = async (act) => {
    acts.push(act);
    return act === 'approval_break_glass' ? err('stopped') : ok('a:1');
  };
  const one = rig(t, undefined, { record, glassOf: () => 'a:9' });
  const { id } = await asked(one);
  const voted = await one.approvals.vote(id, aDecider('nina', []), YES);
  assert.deepEqual(voted, { ok: false, error: { code: 'unavailable', reason: 'stopped' } });
  assert.deepEqual([one.approvals.find(id)?.state, acts], ['pending', ['approval_break_glass']]);
});

test('a vote that the disk did not take is said not to have counted, once the disk can be read again', async (t) => {
  const sound = createFakeApprovalStore();
  let isBroken = false;
  const replace: ApprovalStore['replace'] = (before, after) =>
    isBroken ? Promise.reject(new Error('full')) : sound.replace(before, after);
  const to = rig(t, undefined, { store: { ...sound, replace } });
  const { id } = await asked(to);
  isBroken = true;
  await assert.rejects(to.approvals.vote(id, aDecider(), { ...YES, effect: 'deny' }), /full/);
  isBroken = false;
  await to.approvals.poll();
  assert.deepEqual(to.acts.slice(1), [
    'approval_vote apr_1 denied',
    'approval_void apr_1 void',
    'approval_vote_void apr_1 pending',
  ]);
});
