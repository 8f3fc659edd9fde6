import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits.ts';
import { openDefinitionStore } from '#store/definition-store.ts';
import type { DefinitionStoreOptions } from '#store/definition-store.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';
import { foundTool } from '#test/fakes/definitions.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

function open(t: TestContext, options: Partial<DefinitionStoreOptions> = {}) {
  const path = join(temporaryDirectory(t), 'state.db');
  const store = openDefinitionStore({ path, limits: LIMITS, ...options });
  t.after(() => store.close());
  return { path, store };
}
const sighting = (text: string) => ({ connection: 'notes', found: [foundTool('get', text)], atMs: 1 });
const ADMIN = { issuer: 'https://issuer.example', subject: 'ada' };

test('while another process has the lock nothing but the write waits for it', async (t) => {
  const { path, store } = open(t);
  await store.note(sighting('v1'));
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const noted = store.note(sighting('v2'));
  // Only a thread that is free gets as far as giving the lock back.
  await new Promise((turn) => setImmediate(turn));
  other.exec('COMMIT');
  assert.deepEqual(
    (await noted).map(({ versions }) => versions.length),
    [2],
  );
});

test('what was noted and accepted is on the disk when it is said, and read here', async (t) => {
  const { path, store } = open(t);
  await store.note(sighting('v1'));
  const [changed] = await store.note(sighting('v2'));
  const hash = changed?.versions[1]?.hash ?? assert.fail('not noted');
  const accepted = await store.accept([{ connection: 'notes', kind: 'tool', name: 'get', hash, isOnly: true }], ADMIN);
  assert.deepEqual(
    accepted[0]?.versions.map(({ accepted: by }) => by),
    [ADMIN],
  );
  assert.deepEqual(await store.after(0), accepted);
  const other = openDefinitionsDb({ path, limits: LIMITS, isReadOnly: true });
  t.after(() => other.close());
  assert.deepEqual(await other.after(0), accepted);
  assert.equal((await store.texts('notes', { kind: 'tool', name: 'get' })).length, 1);
});

test('what cannot be written is said, and the next write is tried anew', async (t) => {
  const { path, store } = open(t, { limits: { ...LIMITS, stateLockMs: 1 } });
  await store.note(sighting('v1'));
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(store.note(sighting('v2')), /locked/);
  other.exec('COMMIT');
  assert.equal((await store.note(sighting('v2')))[0]?.versions.length, 2);
});

test('a thread that ends fails what waits for it, and the next write has another', async (t) => {
  const scripts = ['process.exit(1)', 'port.postMessage({ outcomes: [{ changed: [] }] })'];
  const { store } = open(t, {
    startThread: () => {
      const script = `const { parentPort: port } = require('node:worker_threads'); port.on('message', () => ${scripts.shift()})`;
      return new Worker(script, { eval: true });
    },
  });
  await assert.rejects(store.note(sighting('v1')), /thread/);
  assert.deepEqual(await store.note(sighting('v1')), []);
});

test('one write is sent at a time, so that no failure is of another', async (t) => {
  const script = `const { parentPort: port } = require('node:worker_threads'); let count = 0;
    port.on('message', ({ writes }) => port.postMessage(
      writes.length === 1 && ++count > 1 ? { outcomes: [{ changed: [] }] } : { failed: 'disk full' }))`;
  const { store } = open(t, { startThread: () => new Worker(script, { eval: true }) });
  const [first, ...rest] = await Promise.allSettled(['v1', 'v2', 'v3'].map((text) => store.note(sighting(text))));
  assert.deepEqual([first?.status, ...rest.map(({ status }) => status)], ['rejected', 'fulfilled', 'fulfilled']);
});

test('a closed store takes nothing', async (t) => {
  const { store } = open(t);
  await store.close();
  await assert.rejects(store.note(sighting('v1')), /closed/);
});
