import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Book, openBook } from '#events/book.ts';
import { csvHeader } from '#events/csv.ts';
import type { Event } from '#events/event.ts';
import type { StreamJob } from '#events/stream-jobs.ts';
import { streamLines } from '#events/stream-lines.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { indexedBook } from '#test/fakes/indexed-book.ts';

async function opened(t: TestContext) {
  const real = await indexedBook(t);
  const place = { dataDirectory: real.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const book = openBook(nodeDisk, place);
  t.after(() => book.close());
  return { real, book };
}

const lines = (book: Book, job: StreamJob, sleep: (ms: number) => Promise<unknown> = () => Promise.resolve()) =>
  streamLines(book, { job, limits: LIMITS, nowMs: Date.now() }, sleep);
const idOf = (line: string | undefined): string => (JSON.parse(line ?? '{}') as Event).id;

test('an export is its head and one line an event', async (t) => {
  const { real, book } = await opened(t);
  const request = { filter: 'name eq "find"', payloads: false };
  const csv = await Array.fromAsync(lines(book, { kind: 'export', format: 'csv', request }));
  assert.deepEqual([csv.length, csv[0]], [2, csvHeader()]);
  const jsonl = await Array.fromAsync(lines(book, { kind: 'export', format: 'jsonl', request }));
  assert.deepEqual([jsonl[0], idOf(jsonl[1])], ['', `a:${real.first}`]);
});

test('an export whose request was never checked is a bug', async (t) => {
  const { book } = await opened(t);
  const job: StreamJob = { kind: 'export', format: 'csv', request: { filter: 'x', payloads: false } };
  assert.throws(() => lines(book, job), /not checked/);
});

test('a tail begins with an empty line, gives each event at once, and an empty line in each quiet time', async (t) => {
  const { real, book } = await opened(t);
  let sleeps = 0;
  const tail = lines(book, { kind: 'tail' }, async () => {
    sleeps += 1;
    if (sleeps === 2) await real.call('new', {}, 'x');
  });
  const next = async (): Promise<string> => (await tail.next()).value ?? assert.fail('the tail ended');
  assert.deepEqual([await next(), await next()], ['\n', '']);
  let line = '';
  while (line === '') line = await next();
  assert.equal((JSON.parse(line) as Event).name, 'new');
  assert.equal(await next(), '');
  while ((await next()) === '');
  const before = sleeps;
  while ((await next()) === '');
  assert.equal((sleeps - before) * LIMITS.tailPollMs, LIMITS.tailQuietMs);
});
