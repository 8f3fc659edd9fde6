import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { WriterThread } from '#store/writer-thread.ts';
import type { WriterOptions } from '#store/writer-thread.ts';

const ECHO = 'port.postMessage({ outcomes: writes.map((write) => `${write} of ${writes.length}`) })';

function writerOf(t: TestContext, does: readonly string[], options: Partial<WriterOptions> = {}) {
  let started = 0;
  const start = (): Worker =>
    new Worker(
      `const { parentPort: port } = require('node:worker_threads'); port.on('message', ({ writes }) => { ${does[started++] ?? ECHO} })`,
      { eval: true },
    );
  const writer = new WriterThread<string, string>({ start, waiting: 10, together: 2, writeMs: 5_000, ...options });
  t.after(() => writer.close());
  return writer;
}

test('what comes while a batch is written gathers for the next, no more together than may', async (t) => {
  const writer = writerOf(t, []);
  const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((write) => writer.write(write)));
  assert.deepEqual(outcomes, ['a of 1', 'b of 2', 'c of 2', 'd of 1']);
});

test('what is over the bound is told at once', async (t) => {
  const writer = writerOf(t, [], { waiting: 1 });
  const first = writer.write('a');
  const second = writer.write('b');
  await assert.rejects(writer.write('c'), /busy/);
  assert.deepEqual(await Promise.all([first, second]), ['a of 1', 'b of 1']);
});

test('a thread that dies, fails or is silent fails what waits, and the next write has another', async (t) => {
  const writer = writerOf(t, ['process.exit(1)', 'throw new Error("no")', '', 'port.postMessage({ failed: "full" })'], {
    writeMs: 500,
  });
  await assert.rejects(Promise.all([writer.write('a'), writer.write('b')]), /thread/);
  await assert.rejects(writer.write('c'), /thread/);
  await assert.rejects(writer.write('d'), /too_slow/);
  await assert.rejects(writer.write('e'), /full/);
});

test('after its end it takes nothing', async (t) => {
  const writer = writerOf(t, []);
  await writer.close();
  await assert.rejects(writer.write('a'), /closed/);
});
