import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { newStateFile, openApprovalsOn } from '#test/fakes/approval-files.ts';
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

test('a store that is closed says so', async (t) => {
  const path = newStateFile(t);
  openApprovalsOn(t, path);
  const store = openNoticesOn(t, path);
  await store.close();
  assert.throws(() => store.find('ops', 'apr_1'), /closed/);
  const { version: _, ...fresh } = aNotice();
  await assert.rejects(store.put(aNotice({ version: 0 }), fresh), /closed/);
});
