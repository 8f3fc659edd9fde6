import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TERMS } from '#test/fakes/approval.ts';
import { approved, rig, YES } from '#test/fakes/approvals-rig.ts';

test('a yes permits exactly the call that was asked for, once', async (t) => {
  const one = rig(t);
  const { fingerprint, toolPrint } = await approved(one);
  const prints = { fingerprint: Buffer.from(fingerprint), toolPrint: Buffer.from(toolPrint) };
  assert.equal(one.approvals.usable({ ...prints, fingerprint: Buffer.alloc(32) }), undefined);
  const usable = one.approvals.usable(prints);
  assert.ok(usable);
  const uses = await Promise.all([one.approvals.use(usable), one.approvals.use(usable)]);
  assert.deepEqual(
    uses.filter((used) => used !== undefined).map(({ state }) => state),
    ['used'],
  );
  assert.equal(one.approvals.usable(prints), undefined);
  assert.equal(one.approvals.find(usable.id)?.state, 'used');
});

test('a yes for the tool permits its other calls until its time is over', async (t) => {
  const one = rig(t);
  const { toolPrint } = await approved(one, { ...YES, scope: 'tool' });
  const prints = { fingerprint: Buffer.alloc(32), toolPrint: Buffer.from(toolPrint) };
  const usable = one.approvals.usable(prints);
  assert.ok(usable);
  assert.ok(await one.approvals.use(usable));
  assert.ok(one.approvals.usable(prints));
  one.now += TERMS.validMs;
  assert.equal(one.approvals.usable(prints), undefined);
  assert.equal(await one.approvals.use(usable), undefined);
});

test('a yes for a while that was ended after it was found is not used', async (t) => {
  const one = rig(t);
  for (const [id, scope] of [
    ['apr_1', 'call'],
    ['apr_2', 'tool'],
  ] as const) {
    const granted = await approved(one, { ...YES, scope }, { id });
    assert.ok(await one.approvals.use(granted));
    await one.approvals.voidAll((approval) => approval.id === id);
    assert.equal(await one.approvals.use(granted), undefined, scope);
  }
});

test('nothing is granted, also no further round, before what is kept was held against the book', async (t) => {
  let isReconciled = true;
  const to = rig(t, undefined, { isReconciled: () => isReconciled });
  const given = await approved(to);
  isReconciled = false;
  assert.throws(
    () => to.approvals.usable({ fingerprint: Buffer.from(given.fingerprint), toolPrint: Buffer.from(given.toolPrint) }),
    /held against the book/,
  );
  await assert.rejects(to.approvals.use(given), /held against the book/);
  await assert.rejects(to.approvals.goOn({ ...given, state: 'used', continues: 'x' }), /held against the book/);
});

test('a call that was agreed to goes on no further where nobody knows which round was the last', async (t) => {
  for (const ids of [['apr_1'], 'all'] as const) {
    const to = rig(t);
    const used = await to.approvals.use(await approved(to));
    assert.ok(used);
    await to.approvals.letGoOn(used.id, 'digest');
    const before = to.approvals.find(used.id);
    assert.equal(before?.continues, 'digest');
    await to.approvals.stopGoingOn(['apr_other']);
    assert.equal(to.approvals.find(used.id)?.continues, 'digest');
    await to.approvals.stopGoingOn(ids);
    assert.equal(to.approvals.find(used.id)?.continues, undefined);
    assert.equal(await to.approvals.goOn(before), undefined, 'also not by what was read before');
  }
});
