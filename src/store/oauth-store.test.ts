import assert from 'node:assert/strict';
import { chmodSync, renameSync } from 'node:fs';
import { it } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { bytes, emptyStateFile, NOW, rowOf } from '#test/fakes/oauth-rows.ts';

it('what is written is read when that is said to be done, and the revision rises with what another process ends', async (t) => {
  const path = emptyStateFile(t);
  const [here, there] = [createOAuthStore({ path, limits: LIMITS }), createOAuthStore({ path, limits: LIMITS })];
  t.after(() => Promise.all([here.close(), there.close()]));
  assert.equal(await here.write({ act: 'put', row: rowOf('a1'), nowMs: NOW }), 'done');
  assert.notEqual(here.token(bytes('a1')), undefined);
  const before = here.revision();
  assert.equal(await there.write({ act: 'remove', digest: bytes('a1') }), 'done');
  assert.ok(here.revision() > before);
  assert.equal(here.token(bytes('a1')), undefined);
});

it('of two processes that use one code at once exactly one gets it', async (t) => {
  const path = emptyStateFile(t);
  const stores = [0, 1].map(() => createOAuthStore({ path, limits: LIMITS }));
  t.after(() => Promise.all(stores.map((store) => store.close())));
  for (const round of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const row = rowOf(`code ${round}`, { model: 'AuthorizationCode' });
    await stores[0]?.write({ act: 'put', row, nowMs: NOW });
    const outcomes = await Promise.all(
      stores.map((store) => store.write({ act: 'consume', digest: row.digest, nowMs: NOW })),
    );
    assert.deepEqual(outcomes.toSorted(), ['done', 'used'], `round ${round}`);
  }
});

it('opens nothing before it is used, and says that it cannot when the file is not there', async (t) => {
  const path = emptyStateFile(t);
  const store = createOAuthStore({ path: `${path}.none`, limits: LIMITS });
  t.after(() => store.close());
  assert.throws(() => store.revision());
  await assert.rejects(store.write({ act: 'remove', digest: bytes('a1') }));
});

it('says that it cannot read while the file is away, and reads again when it is back', async (t) => {
  const path = emptyStateFile(t);
  const store = createOAuthStore({ path, limits: LIMITS });
  t.after(() => store.close());
  await store.write({ act: 'put', row: rowOf('a1'), nowMs: NOW });
  assert.notEqual(store.token(bytes('a1')), undefined);
  renameSync(path, `${path}.away`);
  assert.throws(() => store.revision());
  assert.throws(() => store.token(bytes('a1')));
  renameSync(`${path}.away`, path);
  assert.notEqual(store.token(bytes('a1')), undefined);
  chmodSync(path, 0o600);
});

it('once closed it answers nothing', async (t) => {
  const store = createOAuthStore({ path: emptyStateFile(t), limits: LIMITS });
  await store.close();
  assert.throws(() => store.revision(), /closed/);
  await assert.rejects(store.write({ act: 'remove', digest: bytes('a1') }), /closed/);
});
