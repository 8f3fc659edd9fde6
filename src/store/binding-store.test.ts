import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { BindingWrite } from '#bindings/binding.ts';
import { LIMITS } from '#limits.ts';
import { openBindingStore } from '#store/binding-store.ts';
import type { BindingStoreOptions } from '#store/binding-store.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const write = (id: number, owner = 'ada'): BindingWrite => ({
  row: {
    digest: Buffer.from(String(id)),
    owner: Buffer.from(owner),
    caller: Buffer.from(owner),
    isSingle: true,
    sealed: Buffer.from('x'),
    expiresMs: 1_000,
  },
  touches: [],
  nowMs: 1,
});

function open(t: TestContext, options: Partial<BindingStoreOptions> = {}) {
  const path = options.path ?? join(temporaryDirectory(t), 'state.db');
  if (options.path === undefined) writeFileSync(path, '');
  const store = openBindingStore({ path, limits: LIMITS, ...options });
  t.after(() => store.close());
  return { path, store };
}
const thread = (script: string) => () =>
  new Worker(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });

test('many writes at once are each answered, and what they wrote is there for another process', async (t) => {
  const { path, store } = open(t);
  const outcomes = await Promise.all([
    ...Array.from({ length: 200 }, (_, id) => store.write(write(id))),
    store.write(write(0, 'eve')),
  ]);
  assert.deepEqual(outcomes, [...Array.from({ length: 200 }, () => 'bound'), 'taken']);
  const other = open(t, { path }).store;
  for (let id = 0; id < 200; id += 1) assert.equal(other.find(Buffer.from(String(id))).length, 1);
});

test('no more wait than may, and those over the bound are told at once', async (t) => {
  const { store } = open(t, {
    limits: { ...LIMITS, bindingsWaiting: 1 },
    startThread: thread(`parentPort.on('message', ({ writes }) =>
      parentPort.postMessage({ outcomes: writes.map(() => 'bound') }))`),
  });
  const [first, second] = [store.write(write(1)), store.write(write(2))];
  await assert.rejects(store.write(write(3)), /busy/);
  assert.deepEqual(await Promise.all([first, second]), ['bound', 'bound']);
});

test('a thread that dies, fails or does not answer fails what waits, and the next write has another', async (t) => {
  let started = 0;
  const scripts = [
    `parentPort.on('message', () => process.exit(1))`,
    `parentPort.on('message', () => { throw new Error('no') })`,
    `parentPort.on('message', () => undefined)`,
    `parentPort.on('message', () => parentPort.postMessage({ failed: 'disk full' }))`,
    `parentPort.on('message', () => parentPort.postMessage({ outcomes: [] }))`,
  ];
  const { store } = open(t, {
    limits: { ...LIMITS, bindingWriteMs: 300 },
    startThread: () => thread(scripts[started++] ?? '')(),
  });
  // What the second batch says shows that nothing of the first is left in the way.
  await assert.rejects(Promise.all([store.write(write(1)), store.write(write(2))]), /thread/);
  await assert.rejects(store.write(write(3)), /thread/);
  await assert.rejects(store.write(write(4)), /too_slow/);
  await assert.rejects(store.write(write(5)), /disk full/);
  assert.equal(started, 4);
});

test('a file put in the place of the state is the one that is read', async (t) => {
  const { path, store } = open(t);
  await store.write(write(1));
  const other = open(t);
  await other.store.close();
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(other.path, path);
  assert.deepEqual(store.find(Buffer.from('1')), []);
});

test('a state that was removed is neither made anew nor written to any more', async (t) => {
  const { path, store } = open(t);
  await store.write(write(1));
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  assert.throws(() => store.find(Buffer.from('1')), /ENOENT/);
  await assert.rejects(store.write(write(2)), /ENOENT/);
});

test('a closed store takes and says nothing', async (t) => {
  const { store } = open(t);
  await store.close();
  await assert.rejects(store.write(write(1)), /closed/);
  assert.throws(() => store.find(Buffer.from('1')), /closed/);
});

test('what is no file, or not there, is refused at the start', (t) => {
  assert.throws(() => openBindingStore({ path: join(temporaryDirectory(t), 'none'), limits: LIMITS }));
  assert.throws(() => openBindingStore({ path: temporaryDirectory(t), limits: LIMITS }));
});
