import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits.ts';
import { MaskThread, type MaskOutcome } from '#mask-threads/mask-thread.ts';
import type { PlainMaskerSettings } from '#masking/masker.ts';
import { SecretSet } from '#masking/secret-set.ts';

const SETTINGS: PlainMaskerSettings = { key: new Uint8Array(32), store: { operator: 'redact', fields: [] } };
const CONTEXT = { direction: 'request', connection: 'x', method: '', secrets: SecretSet.EMPTY } as const;

/** What the thread was told and whether that came with settings. */
const ECHO = `const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ id, settings, bytes }) => {
    const text = Buffer.from(bytes).toString();
    if (text === 'throw') throw new RangeError('quotes what it was at');
    if (text === 'twice') parentPort.postMessage({ id: id - 1, type: 'failed', reason: 'an answer to the one before' });
    parentPort.postMessage({ id, type: 'failed', reason: text + (settings === undefined ? '' : ' with settings') });
  });`;

function opened() {
  const heard: string[] = [];
  const free: (() => void)[] = [];
  const thread = new MaskThread({
    limits: LIMITS,
    start: () => new Worker(ECHO, { eval: true }),
    onFailure: (reason) => heard.push(reason),
    onFree: () => free.splice(0).forEach((done) => done()),
  });
  const run = async (text: string, settings = SETTINGS): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<MaskOutcome>();
    const isFree = new Promise<void>((done) => {
      free.push(done);
    });
    thread.run({ settings, bytes: Buffer.from(text), context: CONTEXT, settle: resolve });
    assert.equal(thread.isFree, false);
    const outcome = await promise;
    await isFree;
    assert.equal(thread.isFree, true);
    return outcome.ok ? '' : outcome.error.reason;
  };
  return { thread, run, heard };
}

test('a thread is told settings once, and again when they are others or the thread is', async (t) => {
  const { thread, run, heard } = opened();
  t.after(() => thread.close());
  const said = [];
  for (const text of ['a', 'b']) said.push(await run(text));
  said.push(await run('c', { ...SETTINGS }), await run('throw', SETTINGS), await run('d', SETTINGS));
  assert.deepEqual(said, ['a with settings', 'b', 'c with settings', 'thread_ended', 'd with settings']);
  assert.deepEqual(heard, ['RangeError']);
});

test('an answer to another message is nobody’s', async (t) => {
  const { thread, run } = opened();
  t.after(() => thread.close());
  await run('first');
  assert.equal(await run('twice'), 'twice');
});
