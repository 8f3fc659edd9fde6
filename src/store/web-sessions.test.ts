import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { WebSession } from '#oauth/web-session.ts';
import { openWebSessions } from '#store/web-sessions.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const session = (id: string): WebSession => ({
  digest: Buffer.from(id.padEnd(32, '.')),
  id,
  signIn: 'ada-1',
  beganAtMs: 1_000,
  usedAtMs: 1_000,
  freshAtMs: 1_000,
  endsAtMs: 50_000,
  network: 'unknown',
  browser: 'unknown',
});

test('what was begun and ended in one process counts in the other as soon as it is said to be done', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const [here, there] = [openWebSessions({ path, limits: LIMITS }), openWebSessions({ path, limits: LIMITS })];
  t.after(async () => Promise.all([here.close(), there.close()]));
  await Promise.all(['a', 'b'].map((id) => here.write({ act: 'begin', session: session(id), replaces: undefined })));
  assert.equal(there.find(session('a').digest)?.id, 'a');
  await there.write({ act: 'end', ids: ['a'] });
  assert.equal(here.find(session('a').digest), undefined);
  assert.deepEqual(
    here.of(['ada-1']).map(({ id }) => id),
    ['b'],
  );
});

test('a write that fails is said to have failed', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const store = openWebSessions({ path, limits: LIMITS });
  t.after(() => store.close());
  await store.write({ act: 'begin', session: session('a'), replaces: undefined });
  await assert.rejects(store.write({ act: 'begin', session: session('a'), replaces: undefined }));
});

test('after it was closed it says nothing of anybody', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const store = openWebSessions({ path, limits: LIMITS });
  await store.close();
  assert.throws(() => store.find(session('a').digest), /closed/);
  await assert.rejects(store.write({ act: 'end', ids: ['a'] }), /closed/);
});
