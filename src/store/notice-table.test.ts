import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openNoticeTable } from '#store/notice-table.ts';
import type { NoticeRow } from '#store/notice-table.ts';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';
import { aNotice } from '#test/fakes/notice.ts';

const aRow = (other: Partial<NoticeRow> = {}): NoticeRow => ({ ...aNotice(), ref: undefined, version: 0, ...other });

function open(t: TestContext, limits: Partial<Limits> = {}) {
  const path = newStateFile(t);
  const approvals = openApprovalsOn(t, path);
  const table = openNoticeTable(path, { ...LIMITS, ...limits });
  t.after(() => table.close());
  return { path, approvals, table, put: (row: NoticeRow) => table.write([{ row }])[0] };
}

test('a row reads back as it was written, with what it has and what it has not', (t) => {
  const { table, put } = open(t);
  const full = aRow({ told: 'pending', error: 'status_503', ref: Buffer.from('sealed'), isOver: true });
  assert.equal(put(full), true);
  const read = table.find('ops', 'apr_1');
  assert.deepEqual({ ...read, ref: Buffer.from(read?.ref ?? []) }, { ...full, version: 1 });
  const bare = aRow({ notifier: 'hook', state: 'idle', dueMs: undefined });
  put(bare);
  assert.deepEqual(table.find('hook', 'apr_1'), { ...bare, version: 1 });
  assert.deepEqual(
    table.of('apr_1').map(({ notifier }) => notifier),
    ['hook', 'ops'],
  );
  assert.equal(table.find('ops', 'apr_2'), undefined);
});

test('of two who saw the same row, or none, one writes', (t) => {
  const { table, put } = open(t);
  assert.equal(put(aRow()), true);
  assert.equal(put(aRow({ attempts: 9 })), false);
  assert.equal(put(aRow({ version: 1, attempts: 2 })), true);
  assert.equal(put(aRow({ version: 1, attempts: 9 })), false);
  assert.equal(table.find('ops', 'apr_1')?.attempts, 2);
});

test('what is due is found by notifier and time, the oldest first, and only while it waits', (t) => {
  const { table, put } = open(t);
  put(aRow({ approval: 'apr_2', dueMs: 3_000 }));
  put(aRow({ approval: 'apr_1', dueMs: 2_000 }));
  put(aRow({ approval: 'apr_3', dueMs: 1_000, state: 'told' }));
  put(aRow({ approval: 'apr_4', dueMs: 1_000, notifier: 'hook' }));
  assert.deepEqual(table.due('ops', 1_999, 10), []);
  assert.deepEqual(table.due('ops', 3_000, 10), ['apr_1', 'apr_2']);
  assert.deepEqual(table.due('ops', 3_000, 1), ['apr_1']);
  assert.equal(table.waiting(), 3);
});

test('an approval that waits without a row, or changed since it was told, was missed; what is over was not', async (t) => {
  const { table, put, approvals } = open(t);
  const one = await createApproval(approvals, { id: 'apr_1' });
  const two = await createApproval(approvals, { id: 'apr_2' });
  assert.deepEqual(table.missed('ops', 10), ['apr_1', 'apr_2']);
  put(aRow({ approval: 'apr_1', state: 'told', revision: one.revision }));
  put(aRow({ approval: 'apr_2', state: 'told', revision: two.revision }));
  assert.deepEqual(table.missed('ops', 10), []);
  assert.deepEqual(table.missed('hook', 10), ['apr_1', 'apr_2']);
  const denied = await approvals.replace(one, { ...one, state: 'denied' });
  assert.deepEqual(table.missed('ops', 10), ['apr_1']);
  put(aRow({ approval: 'apr_1', state: 'told', revision: denied?.revision ?? 0, isOver: true, version: 1 }));
  assert.deepEqual(table.missed('ops', 10), []);
  await approvals.replace(two, { ...two, state: 'expired' });
  put(aRow({ approval: 'apr_2', state: 'waiting', version: 1 }));
  assert.deepEqual(table.missed('ops', 10), [], 'one that waits is due, not missed');
});

test('what was given up is found while people could still decide', async (t) => {
  const { table, put, approvals } = open(t);
  const one = await createApproval(approvals, { id: 'apr_1' });
  put(aRow({ state: 'dead', dueMs: undefined }));
  assert.deepEqual(table.dead('ops', 10), ['apr_1']);
  assert.deepEqual(table.dead('hook', 10), []);
  await approvals.replace(one, { ...one, state: 'denied' });
  assert.deepEqual(table.dead('ops', 10), []);
});

test('rows go when approvals of their age are not kept any more, so many at a time', (t) => {
  const { table, put } = open(t, { approvalKeptMs: 1_000, approvalsDropped: 1 });
  for (const id of ['apr_1', 'apr_2']) put(aRow({ approval: id, askedMs: 1_000 }));
  put(aRow({ approval: 'apr_3', askedMs: 2_000 }));
  assert.deepEqual(
    ['apr_1', 'apr_2', 'apr_3'].map((id) => table.find('ops', id) !== undefined),
    [false, true, true],
  );
});
