import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits.ts';
import { openClientStore } from '#store/client-store.ts';
import type { ClientStoreOptions } from '#store/client-store.ts';
import { profileOf } from '#oauth/registered-client.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

function open(t: TestContext, options: Partial<ClientStoreOptions> = {}) {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const store = openClientStore({ path, limits: LIMITS, ...options });
  t.after(() => store.close());
  return { path, store };
}

test('what was written is on the disk when it is said, and read here', async (t) => {
  const { store } = open(t);
  assert.equal(await store.keep(newClient('c1')), 'kept');
  assert.equal(await store.keep(newClient('c1')), 'taken');
  await store.used('c1', 5_000);
  await store.asked('c1', 6_000);
  const decision = {
    is: 'approved' as const,
    profile: profileOf(webMetadata()),
    atMs: 7_000,
    by: { issuer: 'https://issuer.example', subject: 'ada' },
    record: 'a:1',
  };
  assert.equal(await store.decide('c1', decision), true);
  const found = store.find('c1', 2_000);
  assert.deepEqual([found?.usedAtMs, found?.askedAtMs, found?.decision], [5_000, 6_000, decision]);
  assert.equal(store.list({ after: undefined, limit: 10, nowMs: 2_000 }).length, 1);
  assert.equal(await store.remove('c1'), true);
  assert.equal(await store.remove('c1'), false);
  assert.equal(await store.decide('c1', decision), false);
});

test('what cannot be written is said, and the next write is tried anew', async (t) => {
  const { path, store } = open(t, { limits: { ...LIMITS, stateLockMs: 1 } });
  await store.keep(newClient('c1'));
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(store.keep(newClient('c2')), /locked/);
  other.exec('COMMIT');
  assert.equal(await store.keep(newClient('c2')), 'kept');
});

test('a thread that ends fails what waits for it, and an answer of another kind is a fault', async (t) => {
  const scripts = ['process.exit(1)', "port.postMessage({ outcomes: ['done'] })"];
  const { store } = open(t, {
    startThread: () =>
      new Worker(
        `const { parentPort: port } = require('node:worker_threads'); port.on('message', () => ${scripts.shift()})`,
        { eval: true },
      ),
  });
  await assert.rejects(store.keep(newClient('c1')), /thread/);
  await assert.rejects(store.keep(newClient('c1')), /something else/);
});
