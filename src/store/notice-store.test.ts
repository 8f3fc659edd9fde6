import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createNotices } from '#notify/notices.ts';
import { ok } from '#result.ts';
import { until } from '#test/e2e/until.ts';
import { createFakeNotifier, createNoticesRig } from '#test/fakes/notices.ts';
import { createApproval, newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';
import { aNotice } from '#test/fakes/notice.ts';
import { openNoticesOn } from '#test/fakes/notice-files.ts';

test('a notice is read by another process as it was written, and claimed by one of them', async (t) => {
  const path = newStateFile(t);
  openApprovalsOn(t, path);
  const [one, other] = [openNoticesOn(t, path), openNoticesOn(t, path)];
  const { version: _, ...fresh } = aNotice({ ref: 'C1 1.2' });
  const none = aNotice({ version: 0 });
  const written = await one.put(none, fresh);
  assert.deepEqual(other.find('ops', 'apr_1'), written);
  assert.equal(written?.ref, 'C1 1.2');
  assert.ok(written);
  const claims = await Promise.all([one.put(written, fresh), other.put(written, fresh)]);
  assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
});

test('where a message is, is sealed, and taken to another row it leads nowhere', async (t) => {
  const path = newStateFile(t);
  openApprovalsOn(t, path);
  const store = openNoticesOn(t, path);
  const { version: _, ...fresh } = aNotice({ ref: 'C0SECRETPLACE 1.2' });
  await store.put(aNotice({ version: 0 }), fresh);
  await store.put(aNotice({ version: 0 }), { ...fresh, approval: 'apr_2', ref: undefined });
  const file = new DatabaseSync(path);
  t.after(() => file.close());
  const { ref } = file.prepare("SELECT ref FROM approval_notices WHERE approval = 'apr_1'").get() ?? {};
  assert.ok(ref instanceof Uint8Array);
  assert.equal(Buffer.from(ref).includes('SECRETPLACE'), false);
  file.prepare("UPDATE approval_notices SET ref = ? WHERE approval = 'apr_2'").run(ref);
  assert.equal(store.find('ops', 'apr_2')?.ref, undefined);
  assert.equal(store.find('ops', 'apr_1')?.ref, 'C0SECRETPLACE 1.2');
});

test('three processes on one file tell each of many approvals once between them', async (t) => {
  const path = newStateFile(t);
  const approvals = openApprovalsOn(t, path);
  const heard: string[] = [];
  const told = new Set<string>();
  const processes = Array.from({ length: 3 }, () => {
    const rig = createNoticesRig();
    const notices = createNotices({
      ...rig.parts,
      store: openNoticesOn(t, path),
      find: (id) => approvals.find(id),
      async record(_act, { id }) {
        told.add(id);
        return true;
      },
    });
    t.after(() => notices.stop());
    const notifier = createFakeNotifier();
    notifier.answer = async ({ id }) => {
      heard.push(id);
      return ok({});
    };
    return { notices, notifier };
  });
  await Promise.all(processes.map(({ notices, notifier }) => notices.use([notifier])));
  const ids = Array.from({ length: 8 }, (_, at) => `apr_${at}`);
  for (const id of ids) {
    const approval = await createApproval(approvals, { id });
    for (const { notices } of processes) notices.changed(approval);
  }
  await until(() => told.size === ids.length);
  for (const { notices } of processes) await notices.stop();
  const byName = (one: string, other: string): number => one.localeCompare(other);
  assert.deepEqual(heard.toSorted(byName), ids.toSorted(byName));
});

test('a store that is closed says so', async (t) => {
  const path = newStateFile(t);
  openApprovalsOn(t, path);
  const store = openNoticesOn(t, path);
  await store.close();
  assert.throws(() => store.find('ops', 'apr_1'), /closed/);
  const { version: _, ...fresh } = aNotice();
  await assert.rejects(store.put(aNotice({ version: 0 }), fresh), /closed/);
});
