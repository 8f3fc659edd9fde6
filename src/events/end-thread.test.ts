import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { endThread } from '#events/end-thread.ts';

const IDLE = `require('node:worker_threads').parentPort.on('message', () => undefined)`;

test('a thread that can end has ended', async () => {
  const worker = new Worker(IDLE, { eval: true });
  let hasEnded = false;
  worker.once('exit', () => (hasEnded = true));
  await endThread(worker, 60_000);
  assert.ok(hasEnded);
});

test('one that does not end is waited for no longer than said', async (t) => {
  const worker = new Worker(IDLE, { eval: true });
  const terminate = worker.terminate.bind(worker);
  t.after(terminate);
  let told = 0;
  worker.terminate = () => {
    told += 1;
    return new Promise<number>(() => undefined);
  };
  await endThread(worker, 1);
  assert.equal(told, 1);
});
