import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits.ts';
import { createMaskThreads, type MaskThreadLimits, type MaskThreads } from '#mask-threads/mask-threads.ts';
import { createMasker, type MaskContext, type PlainMaskerSettings } from '#masking/masker.ts';
import { parseJson } from '#mcp/json.ts';

const SECRET = 'a credential of this connection';
const TOKENS: PlainMaskerSettings = {
  key: new Uint8Array(32).fill(3),
  store: { operator: 'token', fields: [], detectors: 'default' },
  inline: { detectors: ['EMAIL_ADDRESS'], operator: 'redact', connections: ['*'] },
};
const REDACTED: PlainMaskerSettings = { ...TOKENS, store: { ...TOKENS.store, operator: 'redact' } };
const CONTEXT: MaskContext = {
  direction: 'response',
  connection: 'crm',
  method: 'tools/call',
  secrets: createMasker(TOKENS).secretsOf([SECRET]),
};
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: value }));

/** Says what it was sent, unless that tells it to die, to go on for ever or to say nothing. */
const HOLDING = `const { parentPort, threadId } = require('node:worker_threads');
  parentPort.on('message', ({ id, bytes }) => {
    const text = Buffer.from(bytes).toString();
    if (text.includes('die')) process.exit(1);
    if (text.includes('loop')) for (;;);
    if (text.includes('silent')) return;
    parentPort.postMessage({ id, type: 'failed', reason: text });
  });`;

type Opened = {
  readonly threads: MaskThreads;
  readonly failures: string[];
  readonly started: Worker[];
  readonly limits: { -readonly [K in keyof MaskThreadLimits]: number };
};

function opened(t: TestContext, changed: Partial<MaskThreadLimits> = {}, code?: string): Opened {
  const failures: string[] = [];
  const started: Worker[] = [];
  const limits = { ...LIMITS, maskThreads: 1, ...changed };
  const threads = createMaskThreads({
    limits,
    onFailure: (reason) => failures.push(reason),
    ...(code === undefined
      ? {}
      : {
          startThread: () => {
            const worker = new Worker(code, { eval: true });
            started.push(worker);
            return worker;
          },
        }),
  });
  t.after(() => threads.close());
  return { threads, failures, started, limits };
}

const reasonOf = async (outcome: ReturnType<MaskThreads['mask']>): Promise<string> => {
  const settled = await outcome;
  return settled.ok ? '' : settled.error.reason;
};

test('a thread masks as its caller would, with the settings of each message and the secrets of its call', async (t) => {
  const { threads } = opened(t, { maskThreads: 2 });
  const message = bytesOf({ mail: 'ada.lovelace@example.com', seen: `Bearer ${SECRET}`, plain: 'x'.repeat(100_000) });
  const doc = parseJson(message, { depth: 64, nodes: 1_000 });
  assert.ok(doc.ok);
  for (const settings of [TOKENS, REDACTED, TOKENS, TOKENS, REDACTED]) {
    const here = createMasker(settings).maskMessage(doc.value, CONTEXT);
    const there = await threads.mask(settings, message, CONTEXT, { owner: 'ada' });
    assert.ok(there.ok);
    assert.equal(there.value.send.includes('example.com') || there.value.stored.includes(SECRET), false);
    assert.deepEqual(there, here);
  }
});

test('bytes stay what they are here while they are masked there', async (t) => {
  const { threads } = opened(t);
  const message = bytesOf('nothing in it');
  const before = message.toString();
  const there = await threads.mask(TOKENS, message, CONTEXT, { owner: 'ada' });
  assert.ok(there.ok);
  assert.equal(there.value.send, message);
  assert.equal(message.toString(), before);
});

test('a thread that does not answer is ended, its message fails, and a new thread masks the next', async (t) => {
  const { threads, started, failures, limits } = opened(t, { maskWorkerMs: 50 }, HOLDING);
  const ask = (text: string): Promise<string> =>
    reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, { owner: 'ada' }));
  assert.deepEqual(await Promise.all([ask('loop'), ask('silent')]), ['too_slow', 'too_slow']);
  limits.maskWorkerMs = LIMITS.maskWorkerMs;
  assert.equal(await ask('next'), 'next');
  assert.equal(started.length, 3);
  assert.deepEqual(failures, []);
});

test('a thread that dies fails its message and no other', async (t) => {
  const { threads, failures } = opened(t, {}, HOLDING);
  const outcomes = ['one', 'die', 'two'].map((text) =>
    reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, { owner: 'ada' })),
  );
  assert.deepEqual(await Promise.all(outcomes), ['one', 'thread_ended', 'two']);
  assert.deepEqual(failures, ['exit']);
});

test('a thread that runs out of memory fails its message and no other', async (t) => {
  const code = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id, bytes }) => {
      const text = Buffer.from(bytes).toString();
      for (const kept = []; text === 'hungry';) kept.push(new Array(100_000).fill({}));
      parentPort.postMessage({ id, type: 'failed', reason: text });
    });`;
  const failures: string[] = [];
  const threads = createMaskThreads({
    limits: { ...LIMITS, maskThreads: 1 },
    onFailure: (reason) => failures.push(reason),
    startThread: () => new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } }),
  });
  t.after(() => threads.close());
  const ask = (text: string): Promise<string> =>
    reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, { owner: 'ada' }));
  assert.deepEqual(await Promise.all(['one', 'hungry', 'two'].map(ask)), ['one', 'thread_ended', 'two']);
  assert.deepEqual(failures, ['ERR_WORKER_OUT_OF_MEMORY']);
});

test('a message that nobody wants any more waits no longer, and makes room for another', async (t) => {
  const { threads } = opened(t, { maskJobsWaitingPerCaller: 2 }, HOLDING);
  const order: string[] = [];
  const ask = async (text: string, unwanted?: AbortSignal): Promise<void> => {
    const wish = { owner: 'ada', ...(unwanted === undefined ? {} : { unwanted }) };
    order.push(`${text} ${await reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, wish))}`);
  };
  const [left, stayed] = [new AbortController(), new AbortController()];
  const running = ask('a1', stayed.signal);
  const all = [running, ask('a2', left.signal), ask('a3')];
  stayed.abort();
  left.abort();
  await Promise.all([...all, ask('a4'), ask('a5', AbortSignal.abort())]);
  assert.deepEqual(order.toSorted(), ['a1 a1', 'a2 unwanted', 'a3 a3', 'a4 a4', 'a5 unwanted']);
});

test('a thread that cannot be started, or settings that cannot be sent, fail the message and pass nothing', async (t) => {
  const { threads } = opened(t, {}, HOLDING);
  const unsendable = Object.assign({ unsendable: () => 'x' }, TOKENS);
  assert.equal(await reasonOf(threads.mask(unsendable, Buffer.from('x'), CONTEXT, { owner: 'ada' })), 'not_sent');
  assert.equal(await reasonOf(threads.mask(TOKENS, Buffer.from('after'), CONTEXT, { owner: 'ada' })), 'after');
  const unstartable = createMaskThreads({
    limits: LIMITS,
    onFailure: () => undefined,
    startThread: () => {
      throw new Error('no memory');
    },
  });
  assert.equal(await reasonOf(unstartable.mask(TOKENS, Buffer.from('x'), CONTEXT, { owner: 'ada' })), 'not_sent');
});

test('callers take turns, so that one with many messages does not keep another waiting', async (t) => {
  const { threads } = opened(t, {}, HOLDING);
  const order: string[] = [];
  const ask = async (owner: string, text: string): Promise<void> => {
    order.push(await reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, { owner })));
  };
  await Promise.all([ask('ada', 'a1'), ask('ada', 'a2'), ask('ada', 'a3'), ask('ada', 'a4'), ask('bob', 'b1')]);
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'a3', 'a4']);
});

test('only so many wait, of one caller and of all, and none of them for ever', async (t) => {
  const { threads } = opened(
    t,
    { maskJobsWaiting: 4, maskJobsWaitingPerCaller: 2, maskWaitMs: 20, maskWorkerMs: 60_000 },
    HOLDING,
  );
  const ask = (owner: string): Promise<string> =>
    reasonOf(threads.mask(TOKENS, Buffer.from('silent'), CONTEXT, { owner }));
  const running = ask('ada');
  const settled: string[] = [];
  const noted = async (name: string, asked: Promise<string>): Promise<void> => {
    assert.equal(await asked, 'busy');
    settled.push(name);
  };
  const all = [
    noted('ada 1', ask('ada')),
    noted('ada 2', ask('ada')),
    noted('ada, one too many', ask('ada')),
    noted('bob', ask('bob')),
    noted('eve', ask('eve')),
    noted('one more of all than may wait', ask('zoe')),
  ];
  await Promise.all(all);
  // those refused at once first, then those that waited in vain
  assert.deepEqual(settled, ['ada, one too many', 'one more of all than may wait', 'ada 1', 'ada 2', 'bob', 'eve']);
  await threads.close();
  assert.equal(await running, 'closed');
});

test('a stop ends the threads; what is under way, waits or comes later fails', async (t) => {
  const { threads, started } = opened(t, {}, HOLDING);
  const ask = (text: string): Promise<string> =>
    reasonOf(threads.mask(TOKENS, Buffer.from(text), CONTEXT, { owner: 'ada' }));
  const asked = [ask('loop'), ask('waits')];
  const [thread] = started;
  assert.ok(thread);
  const ended = new Promise((resolve) => {
    thread.once('exit', resolve);
  });
  await threads.close();
  await ended;
  assert.deepEqual(await Promise.all([...asked, ask('late')]), ['closed', 'closed', 'closed']);
  assert.equal(started.length, 1);
});
