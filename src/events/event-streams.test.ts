import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Event } from '#events/event.ts';
import { createEventStreams } from '#events/event-streams.ts';
import type { StreamJob } from '#events/stream-jobs.ts';
import { LIMITS, type Limits } from '#limits.ts';
import { indexedBook } from '#test/fakes/indexed-book.ts';

const EXPORT: StreamJob = { kind: 'export', format: 'jsonl', request: { payloads: false } };
const here = new AbortController().signal;

async function opened(t: TestContext, limits: Partial<Limits> = {}) {
  const book = await indexedBook(t);
  const place = { dataDirectory: book.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const streams = createEventStreams({ place, limits: { ...LIMITS, ...limits }, clock: () => Date.now() });
  book.cleanups.push(() => streams.close());
  const open = (job = EXPORT, reader = 'ada', signal = here) => {
    const stream = streams.open(job, reader, signal);
    assert.ok(stream.ok, stream.ok ? '' : stream.error);
    return stream.value;
  };
  return { book, streams, open };
}

/** A thread that was ended leaves its place a moment later. */
async function untilOpened(open: () => ReturnType<ReturnType<typeof createEventStreams>['open']>): Promise<void> {
  while (!open().ok) await new Promise((next) => setImmediate(next));
}

test('an export gives its lines, in pieces, and ends', async (t) => {
  const { book, open } = await opened(t, { streamPieceChars: 1 });
  const text = (await Array.fromAsync(open())).join('');
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  assert.ok(events.every(({ verified }) => verified));
  assert.deepEqual(
    events.flatMap(({ id, kind }) => (kind === 'intent' ? [id] : [])),
    [book.first, book.second, book.open].map((n) => `a:${n}`),
  );
});

test('only so many run, in all and for one reader; one that is over makes room', async (t) => {
  const { streams, open } = await opened(t, { eventStreams: 2, eventStreamsPerCaller: 1 });
  const leaving = new AbortController();
  open(EXPORT, 'ada', leaving.signal);
  assert.deepEqual(streams.open(EXPORT, 'ada', here), { ok: false, error: 'streams_of_reader' });
  const second = open(EXPORT, 'grace');
  assert.deepEqual(streams.open(EXPORT, 'eve', here), { ok: false, error: 'streams' });
  await Array.fromAsync(second);
  await untilOpened(() => streams.open(EXPORT, 'eve', leaving.signal));
  leaving.abort();
  await untilOpened(() => streams.open(EXPORT, 'ada', here));
});

test('a reader who leaves ends the stream, whether it waits for an event or was never begun', async (t) => {
  const { streams, open } = await opened(t, { eventStreamsPerCaller: 1 });
  const leaving = new AbortController();
  const tail = open({ kind: 'tail' }, 'ada', leaving.signal);
  assert.equal((await tail.next()).value, '\n');
  const waiting = tail.next();
  leaving.abort();
  assert.equal((await waiting).done, true);
  await untilOpened(() => streams.open(EXPORT, 'ada', AbortSignal.abort()));
  await untilOpened(() => streams.open(EXPORT, 'ada', here));
});

test('a record that does not hold ends the stream with an error, not as if that were all', async (t) => {
  const { book, open } = await opened(t);
  await book.close();
  const segment = join(book.data, 'ledger', 'a', '00000000.seg');
  const bytes = readFileSync(segment);
  const at = bytes.indexOf(`"n":${book.second},`);
  assert.ok(at > 0);
  bytes.writeUInt8(bytes.readUInt8(at + 400) ^ 1, at + 400);
  writeFileSync(segment, bytes);
  await assert.rejects(Array.fromAsync(open()), /at offset \d+/);
});

test('a tail goes on as long as it is read', async (t) => {
  const { book, open } = await opened(t);
  const tail = open({ kind: 'tail' });
  assert.equal((await tail.next()).value, '\n');
  const n = await book.call('new', {}, 'x');
  const { value } = await tail.next();
  assert.equal((JSON.parse(String(value)) as Event).id, `a:${n}`);
  await tail.return();
});

test('an export that is ended before its end throws, so that a part is not taken for all', async (t) => {
  const { open } = await opened(t, { streamPieceChars: 1 });
  const stopping = new AbortController();
  const stream = open(EXPORT, 'ada', stopping.signal);
  assert.equal((await stream.next()).done, false);
  stopping.abort();
  await assert.rejects(Array.fromAsync(stream), /before its end/);
});

test('a thread that ends while nobody asks fails the next question instead of the process or for ever', async (t) => {
  const { streams, open } = await opened(t);
  const stream = open();
  await streams.close();
  await assert.rejects(stream.next(), /the thread of the stream ended/);
});

/** Streams whose thread is this script instead. */
function scripted(t: TestContext, script: string, limits: Partial<Limits> = {}) {
  const place = { dataDirectory: '/nowhere', deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const workers: Worker[] = [];
  const streams = createEventStreams({
    place,
    limits: { ...LIMITS, ...limits },
    clock: () => 0,
    startThread: () => {
      const worker = new Worker(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });
      workers.push(worker);
      return worker;
    },
  });
  t.after(() => Promise.all(workers.map((worker) => Worker.prototype.terminate.call(worker))));
  return { streams, workers };
}

test('a thread that fails between two questions fails the next, with why, and nothing else', async (t) => {
  const { streams, workers } = scripted(
    t,
    `parentPort.on('message', (message) => {
      if (message === 'break') throw new Error('broken in between');
      parentPort.postMessage({ type: 'piece', text: 'one' });
    });`,
  );
  const stream = streams.open(EXPORT, 'ada', here);
  assert.ok(stream.ok);
  const port = workers[0];
  assert.ok(port !== undefined);
  const ended = new Promise((resolve) => port.once('exit', resolve));
  assert.equal((await stream.value.next()).value, 'one');
  port.postMessage('break');
  await ended;
  await assert.rejects(stream.value.next(), /broken in between/);
});

test('a thread that does not end holds up neither its reader nor the stop, and keeps its place', async (t) => {
  const { streams, workers } = scripted(t, `parentPort.on('message', () => undefined);`, {
    threadEndMs: 1,
    eventStreamsPerCaller: 1,
  });
  const leaving = new AbortController();
  const stream = streams.open(EXPORT, 'ada', leaving.signal);
  assert.ok(stream.ok);
  const [worker] = workers;
  assert.ok(worker !== undefined);
  worker.terminate = () => new Promise<number>(() => undefined);
  const next = stream.value.next();
  leaving.abort();
  await assert.rejects(next, /before its end/);
  assert.deepEqual(streams.open(EXPORT, 'ada', here), { ok: false, error: 'streams_of_reader' });
  await streams.close();
});
