import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createSearcher, type Searcher } from '#events/searcher.ts';
import { LIMITS, type Limits } from '#limits.ts';
import { answer, NOON, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

type Opened = { readonly data: string; readonly searcher: Searcher; readonly failures: string[] };

function opened(t: TestContext, limits: Partial<Limits> = {}): Opened {
  const data = temporaryDirectory(t);
  const failures: string[] = [];
  const searcher = createSearcher({
    dataDirectory: data,
    limits: { ...LIMITS, ...limits },
    clock: () => NOON,
    onFailure: (message) => failures.push(message),
  });
  t.after(() => searcher.close());
  return { data, searcher, failures };
}

test('questions are answered by the thread, faults of a question as its answer', async (t) => {
  const { data, searcher } = opened(t);
  writeIndex(data, 'a', [toolCall(0, 'find', {}), answer(1, 0, 'x')]);
  const page = await searcher.ask('page', { filter: 'name eq "find"' });
  assert.deepEqual(page.ok && page.value.ok && page.value.value.hits.map(({ event }) => event.id), ['a:0']);
  const faulty = await searcher.ask('page', { filter: 'x' });
  assert.equal(faulty.ok && !faulty.value.ok && faulty.value.error.parameter, 'filter');
});

test('a question that looks at too much is given up, and the next is answered', async (t) => {
  const { data, searcher } = opened(t, { searchMs: 0 });
  writeIndex(
    data,
    'a',
    Array.from({ length: 2_000 }, (_, n) => toolCall(n, 'x', {}, {}, NOON + n)),
  );
  const costly = await searcher.ask('page', { filter: 'client.name co "nowhere"' });
  assert.equal(costly.ok ? '' : costly.error.reason, 'too_costly');
  const cheap = await searcher.ask('event', { shard: 'a', n: 0 });
  assert.equal(cheap.ok && cheap.value?.event.id, 'a:0');
});

test('only so many wait; one whose asker leaves is never begun; at the end nobody is left waiting', async (t) => {
  const { searcher } = opened(t, { searchesWaiting: 2 });
  const leaving = new AbortController();
  const running = searcher.ask('indexed', null);
  const left = searcher.ask('indexed', null, leaving.signal);
  const waiting = searcher.ask('indexed', null);
  const refused = await searcher.ask('indexed', null);
  assert.equal(refused.ok ? '' : refused.error.reason, 'busy');
  leaving.abort();
  const gone = await left;
  assert.equal(gone.ok ? '' : gone.error.reason, 'gone');
  const already = await searcher.ask('indexed', null, leaving.signal);
  assert.equal(already.ok ? '' : already.error.reason, 'gone');
  await searcher.close();
  for (const outcome of [await running, await waiting, await searcher.ask('indexed', null)])
    assert.equal(outcome.ok ? '' : outcome.error.reason, 'closed');
});

test('an index that cannot be read fails its question, is reported, and is read again when it is whole', async (t) => {
  const { data, searcher, failures } = opened(t);
  mkdirSync(join(data, 'index', 'a'), { recursive: true });
  writeFileSync(join(data, 'index', 'a', 'meta.db'), 'this is no database, whatever its name says '.repeat(100));
  const failed = await searcher.ask('indexed', null);
  assert.equal(failed.ok ? '' : failed.error.reason, 'failed');
  assert.equal(failures.length, 1);
  writeIndex(data, 'a', [toolCall(0, 'find', {})]);
  assert.deepEqual(await searcher.ask('indexed', null), { ok: true, value: { a: 1 } });
});

test('a question that does not stop by itself ends its thread, and the next gets another', async (t) => {
  // Never comes back from the question for a page, as SQLite inside one long step.
  const stuck = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id, job }) => {
      if (job.kind === 'page') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      parentPort.postMessage({ id, type: 'done', output: { a: 1 } });
    });`;
  let started = 0;
  const searcher = createSearcher({
    dataDirectory: temporaryDirectory(t),
    limits: { ...LIMITS, searchMs: 50, searchStopMs: 50 },
    clock: () => NOON,
    onFailure: () => undefined,
    startThread: () => {
      started += 1;
      return new Worker(stuck, { eval: true });
    },
  });
  t.after(() => searcher.close());
  const [costly, next] = await Promise.all([searcher.ask('page', {}), searcher.ask('indexed', null)]);
  assert.equal(costly.ok ? '' : costly.error.reason, 'too_costly');
  assert.deepEqual([next, started], [{ ok: true, value: { a: 1 } }, 2]);
});

test('a thread that dies fails its question and no other', async (t) => {
  const dying = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id, job }) => {
      if (job.kind === 'page') process.exit(1);
      parentPort.postMessage({ id, type: 'done', output: { a: 1 } });
    });`;
  const failures: string[] = [];
  const searcher = createSearcher({
    dataDirectory: temporaryDirectory(t),
    limits: LIMITS,
    clock: () => NOON,
    onFailure: (message) => failures.push(message),
    startThread: () => new Worker(dying, { eval: true }),
  });
  t.after(() => searcher.close());
  const [failed, next] = await Promise.all([searcher.ask('page', {}), searcher.ask('indexed', null)]);
  assert.equal(failed.ok ? '' : failed.error.reason, 'failed');
  assert.deepEqual([next, failures], [{ ok: true, value: { a: 1 } }, ['the search thread ended']]);
});

test('a stop does not wait for a thread that does not end', async (t) => {
  const mute = new Worker(`require('node:worker_threads').parentPort.on('message', () => undefined)`, { eval: true });
  t.after(() => Worker.prototype.terminate.call(mute));
  mute.terminate = () => new Promise<number>(() => undefined);
  const searcher = createSearcher({
    dataDirectory: temporaryDirectory(t),
    limits: { ...LIMITS, threadEndMs: 1 },
    clock: () => NOON,
    onFailure: () => undefined,
    startThread: () => mute,
  });
  const asked = searcher.ask('indexed', null);
  await searcher.close();
  const outcome = await asked;
  assert.equal(outcome.ok ? '' : outcome.error.reason, 'closed');
});
