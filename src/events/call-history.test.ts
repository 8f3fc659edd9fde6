import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openBook as openEvents } from '#events/book.ts';
import { createCallHistory } from '#events/call-history.ts';
import type { CallHistoryParts } from '#events/call-history.ts';
import { runSearchJob } from '#events/search-jobs.ts';
import type { SearchJob } from '#events/search-jobs.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import { openBook } from '#test/fakes/book.ts';
import { ALICE } from '#test/fakes/event-records.ts';
import { indexBook } from '#test/fakes/indexed-book.ts';

const held = (approval: string) => ({
  decision: { effect: 'hold' as const, rule: 'hold-deletes', policy: '0123456789abcdef', approval },
});
const settings = { limits: LIMITS, nowMs: Date.now(), monotonic: () => 0 };

/** A book that tests write first, and its history as the gateway reads it. */
async function rig(t: TestContext, other: Partial<CallHistoryParts> = {}) {
  const book = await openBook(t);
  const events = openEvents(nodeDisk, {
    dataDirectory: book.data,
    deployment: 'acme',
    firstShard: 'a',
    masterKey: undefined,
  });
  t.after(() => events.close());
  const history = createCallHistory({
    searcher: {
      ask: async (kind, input) => ok(runSearchJob(events.index, { kind, input } as SearchJob, settings) as never),
    },
    book: events,
    limits: LIMITS,
    sleep: () => indexBook(book.data),
    signal: new AbortController().signal,
    ...other,
  });
  return { book, history };
}

test('what was asked is read from the book with its masked arguments, and waited for while the index comes after', async (t) => {
  const { book, history } = await rig(t);
  const n = await book.begin('delete_note', { id: 7, big: '[EMAIL_ADDRESS:k1:aaaaaaaaaaaaa]' });
  const asked = await history.asked(`a:${n}`);
  assert.ok(asked.ok);
  assert.deepEqual([asked.value.verified, asked.value.name], [true, 'delete_note']);
  assert.deepEqual(asked.value.arguments, { id: 7, big: '[EMAIL_ADDRESS:k1:aaaaaaaaaaaaa]' });
  assert.deepEqual(await history.asked('nowhere'), err('damaged'));
});

test('the last similar call is one of the same caller and tool that went up with another approval', async (t) => {
  const { book, history } = await rig(t);
  await book.begin('delete_note', { id: 1 }, held('apr_1'));
  await book.begin('delete_note', { id: 2 }, held('apr_2'));
  await book.begin('delete_note', { id: 3 });
  await book.begin('delete_note', { id: 4 }, { ...held('apr_3'), caller: { ...ALICE, subject: 'eve' } });
  await book.begin('delete_note', { id: 5 }, { ...held('apr_4'), connection: 'other' });
  await book.begin('drop_notes', { id: 6 }, held('apr_5'));
  const n = await book.begin('delete_note', { id: 7 }, held('apr_7'));
  const asked = await history.asked(`a:${n}`);
  assert.ok(asked.ok);
  const last = async (approval: string) => {
    const found = await history.lastApproved(asked.value, approval);
    return found.ok ? found.value?.arguments : found.error;
  };
  assert.deepEqual(await last('apr_7'), { id: 2 });
  const none = await history.lastApproved({ ...asked.value, name: 'list_"notes' }, 'apr_7');
  assert.deepEqual(none, ok(undefined));
});

test('the last calls of a caller are theirs alone, the newest first, so many and no more, without arguments', async (t) => {
  const { book, history } = await rig(t);
  for (let at = 0; at < LIMITS.approvalLastCalls + 3; at += 1) await book.call(`call_${at}`, { id: at }, 'done');
  await book.begin('of_another', {}, { caller: { ...ALICE, issuer: 'https://other.example' } });
  await indexBook(book.data);
  const calls = await history.lastCalls(ALICE);
  assert.ok(calls.ok);
  assert.deepEqual(
    calls.value.map(({ name }) => name),
    Array.from({ length: LIMITS.approvalLastCalls }, (_, at) => `call_${LIMITS.approvalLastCalls + 2 - at}`),
  );
  assert.equal(calls.value[0]?.outcome, 'ok');
  assert.equal(
    calls.value.some((event) => event.arguments !== undefined),
    false,
  );
});

test('what came of an approval is what went up with it', async (t) => {
  const { book, history } = await rig(t);
  const n = await book.begin('delete_note', { id: 1 }, held('apr_1'));
  await book.end(n, 'gone');
  await book.begin('delete_note', { id: 1 }, held('apr_2'));
  await indexBook(book.data);
  const sent = await history.sentWith('apr_1');
  assert.ok(sent.ok);
  assert.deepEqual(
    sent.value.map(({ id, outcome }) => [id, outcome]),
    [[`a:${n}`, 'ok']],
  );
});

test('an index that cannot be asked is said to tell nothing, and a record that does not hold is told apart', async (t) => {
  const { history } = await rig(t, {
    searcher: { ask: async () => err({ reason: 'too_costly', message: '' }) },
    sleep: async () => undefined,
  });
  assert.deepEqual(await history.lastCalls(ALICE), err('unknown'));
  assert.deepEqual(await history.sentWith('apr_1'), err('unknown'));
  assert.deepEqual(await history.asked('a:1'), err('not_indexed'));
  const broken = await rig(t, { book: { source: () => Promise.reject(new Error('no keys')) } });
  const n = await broken.book.begin('delete_note', {}, held('apr_1'));
  assert.deepEqual(await broken.history.asked(`a:${n}`), err('damaged'));
});
