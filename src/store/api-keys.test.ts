import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReservedKey } from '#accounts/api-key.ts';
import { LIMITS } from '#limits.ts';
import { openApiKeyStore } from '#store/api-keys.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const KEY: ReservedKey = {
  id: 'k',
  digest: Buffer.from('k'),
  account: 'bot',
  connections: ['*'],
  level: undefined,
  networks: undefined,
  createdAtMs: 1_000,
  expiresAtMs: 9_000,
  createdBy: { issuer: 'https://i', subject: 'ann' },
};

test('what the thread writes is there for this process and another, and closing ends both ways', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const [store, other] = [openApiKeyStore({ path, limits: LIMITS }), openApiKeyStore({ path, limits: LIMITS })];
  t.after(() => other.close());
  const before = other.version();
  const outcomes = await Promise.all([
    store.write({ act: 'reserve', key: KEY }),
    store.write({ act: 'activate', id: 'k', record: 'a:1' }),
    store.write({ act: 'end', id: 'gone', atMs: 1 }),
  ]);
  assert.deepEqual(outcomes, ['done', 'done', 'none']);
  assert.notEqual(other.version(), before);
  for (const one of [store, other]) {
    assert.equal(one.find(KEY.digest)?.id, 'k');
    assert.equal(one.byId('k')?.record, 'a:1');
    assert.equal(one.all().length, 1);
  }
  await store.close();
  await assert.rejects(store.write({ act: 'withdraw', id: 'k' }), /closed/);
  assert.throws(() => store.find(KEY.digest), /closed/);
});

test('what the thread cannot write is refused, not forgotten', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const store = openApiKeyStore({ path, limits: LIMITS });
  t.after(() => store.close());
  await store.write({ act: 'reserve', key: KEY });
  await assert.rejects(store.write({ act: 'reserve', key: { ...KEY, account: 'else' } }), /UNIQUE/);
});
