import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApprovalRequest, OKTA } from '#test/fakes/approval.ts';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';

test('what is open or refused matches, by the call or by its tool; what is over does not', async (t) => {
  const store = openApprovalsOn(t);
  const created = await createApproval(store);
  const { fingerprint, toolPrint } = created;
  const nothing = new Uint8Array(32);
  assert.equal(store.matching(fingerprint, nothing).length, 1);
  assert.equal(store.matching(nothing, toolPrint).length, 1);
  assert.equal(store.matching(fingerprint, toolPrint).length, 1);
  assert.equal(store.matching(nothing, nothing).length, 0);
  const denied = await store.replace(created, { ...created, state: 'denied' });
  assert.ok(denied);
  assert.equal(store.matching(fingerprint, toolPrint).length, 1);
  await store.replace(denied, { ...denied, state: 'used' });
  assert.equal(store.matching(fingerprint, toolPrint).length, 0);
});

test('changes are told in order, each approval as it last was', async (t) => {
  const store = openApprovalsOn(t);
  assert.equal(store.lastRevision(), 0);
  const first = await createApproval(store, { id: 'apr_1' });
  const second = await createApproval(store, { id: 'apr_2' });
  const denied = await store.replace(first, { ...first, state: 'denied' });
  assert.deepEqual(
    store.changedAfter(0).map(({ id, state }) => [id, state]),
    [
      ['apr_2', 'pending'],
      ['apr_1', 'denied'],
    ],
  );
  assert.equal(store.lastRevision(), denied?.revision);
  assert.deepEqual(store.changedAfter(second.revision).length, 1);
  assert.deepEqual(store.changedAfter(store.lastRevision()), []);
});

test('what time has ended is due: a request after its wait, a yes after its time, nothing that is over', async (t) => {
  const store = openApprovalsOn(t);
  const created = await createApproval(store, { expiresMs: 5_000 });
  assert.equal(store.due(4_999).length, 0);
  assert.equal(store.due(5_000).length, 1);
  const approved = await store.replace(created, { ...created, state: 'approved', scope: 'once', usableUntilMs: 7_000 });
  assert.ok(approved);
  assert.equal(store.due(6_999).length, 0);
  assert.equal(store.due(7_000).length, 1);
  await store.replace(approved, { ...approved, state: 'used' });
  assert.equal(store.due(1_000_000).length, 0);
});

test('open ones are bounded, of one who asks and in all; those that are over take no place', async (t) => {
  const store = openApprovalsOn(t, newStateFile(t), { approvals: 3, approvalsPerCaller: 2 });
  const first = await createApproval(store, { id: 'apr_1' });
  await createApproval(store, { id: 'apr_2' });
  assert.equal(store.countPending({ issuer: OKTA, subject: 'ada' }), 2);
  assert.equal(await store.create(anApprovalRequest({ id: 'apr_3' })), 'full');
  const bob = { ...first.requester, subject: 'bob' };
  await createApproval(store, { id: 'apr_4', requester: bob });
  assert.equal(await store.create(anApprovalRequest({ id: 'apr_5', requester: { ...bob, subject: 'eve' } })), 'full');
  await store.replace(first, { ...first, state: 'expired' });
  await createApproval(store, { id: 'apr_6' });
});

test('those that are over go after their time, and beyond the number kept the oldest go', async (t) => {
  const store = openApprovalsOn(t, newStateFile(t), { approvalsKept: 1, approvalKeptMs: 1_000 });
  for (const [id, askedMs] of [
    ['apr_1', 1_000],
    ['apr_2', 5_000],
    ['apr_3', 6_000],
  ] as const) {
    const created = await createApproval(store, { id, askedMs });
    await store.replace(created, { ...created, state: 'denied' });
  }
  assert.equal(store.find('apr_1'), undefined);
  await createApproval(store, { id: 'apr_4', askedMs: 6_001 });
  assert.equal(store.find('apr_2'), undefined);
  assert.equal(store.find('apr_3')?.state, 'denied');
});
