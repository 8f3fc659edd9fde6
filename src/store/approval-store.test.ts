import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';

const plain = (approval: Approval | undefined) =>
  approval && {
    ...approval,
    fingerprint: Buffer.from(approval.fingerprint),
    toolPrint: Buffer.from(approval.toolPrint),
  };

test('an approval reads back as it was asked, by another process and after a restart too', async (t) => {
  const path = newStateFile(t);
  const store = openApprovalsOn(t, path);
  const created = await createApproval(store);
  assert.deepEqual(plain(store.find(created.id)), plain(created));
  assert.deepEqual(plain(openApprovalsOn(t, path).find(created.id)), plain(created));
  await store.close();
  assert.deepEqual(plain(openApprovalsOn(t, path).find(created.id)), plain(created));
  assert.equal(openApprovalsOn(t, path).find('apr_9'), undefined);
});

test('one that was kept before anything was asked of whoever asks opens as one that asks nothing', async (t) => {
  const store = openApprovalsOn(t);
  const { asks: _asks, breakGlass: _breakGlass, notify: _notify, ...old } = TERMS;
  // As an older version sealed it.
  const created = await createApproval(store, { terms: old as typeof TERMS });
  const { statement: _statement, ...before } = created;
  await store.replace(created, before as typeof created);
  const opened = store.find(created.id);
  assert.deepEqual(opened?.terms, {
    ...TERMS,
    asks: { reason: false },
    breakGlass: 'others',
    notify: [],
  });
  assert.equal(opened?.statement, undefined);
  assert.ok(opened !== undefined && 'statement' in opened);
});

test('of two processes that change one approval one is late', async (t) => {
  const path = newStateFile(t);
  const [one, other] = [openApprovalsOn(t, path), openApprovalsOn(t, path)];
  const created = await createApproval(one);
  const changes = await Promise.all([
    one.replace(created, { ...created, state: 'denied' }),
    other.replace(created, { ...created, state: 'approved', scope: 'once', usableUntilMs: 9_000 }),
  ]);
  assert.equal(changes.filter((changed) => changed !== undefined).length, 1);
  const winner = changes.find((changed) => changed !== undefined);
  assert.equal(one.find(created.id)?.state, winner?.state);
  assert.equal(await one.replace(created, { ...created, state: 'void' }), undefined);
});

test('a no that somebody turned into a yes in the file is refused, and so is a row put in the place of another', async (t) => {
  const path = newStateFile(t);
  const store = openApprovalsOn(t, path);
  const created = await createApproval(store);
  await createApproval(store, { id: 'apr_2' });
  await store.replace(created, { ...created, state: 'denied' });
  const file = new DatabaseSync(path);
  t.after(() => file.close());
  file.exec("UPDATE approvals SET state = 'approved' WHERE id = 'apr_1'");
  assert.throws(() => store.find('apr_1'), /altered/);
  file.exec("UPDATE approvals SET sealed = (SELECT sealed FROM approvals WHERE id = 'apr_2') WHERE id = 'apr_1'");
  assert.throws(() => store.find('apr_1'));
});

test('nothing is found in a store that cannot be read, which is said', async (t) => {
  const store = openApprovalsOn(t);
  await store.close();
  assert.throws(() => store.matching(new Uint8Array(32), new Uint8Array(32)), /closed/);
});
