import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt } from '#notify/attempt.ts';
import type { Notifier } from '#notify/notifier.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';

const notifier = (tell: Notifier['tell']): Notifier => ({
  name: 'ops',
  kind: 'webhook',
  tell,
  close: async () => undefined,
});
const faults: unknown[] = [];
const run = (tell: Notifier['tell'], timeoutMs = 60_000, stopping = new AbortController().signal) =>
  attempt(notifier(tell), approvalNews(), 'ref', {
    timeoutMs,
    stopping,
    onFault: (what, error) => faults.push([what, error]),
  });

test('what the notifier says is the outcome', async () => {
  const seen: unknown[] = [];
  const outcome = await run(async (news, ref) => {
    seen.push(news.id, ref);
    return { ok: true, value: { ref: 'C1' } };
  });
  assert.deepEqual(outcome, { ok: true, value: { ref: 'C1' } });
  assert.deepEqual(seen, [approvalNews().id, 'ref']);
});

test('one that never answers has failed when its time is over, and is told to give up', async () => {
  let isAborted = false;
  const outcome = await run((_news, _ref, signal) => {
    signal.addEventListener('abort', () => (isAborted = true));
    return new Promise(() => undefined);
  }, 1);
  assert.deepEqual(outcome, { ok: false, error: { reason: 'timed_out', isFinal: false } });
  assert.equal(isAborted, true);
});

test('one that throws has failed and may be tried again; what it threw is said to nobody but the log', async () => {
  const outcome = await run(() => Promise.reject(new Error('hunter2')));
  assert.deepEqual(outcome, { ok: false, error: { reason: 'failed', isFinal: false } });
  assert.equal(faults.length, 1);
});

test('the end of the process cuts it short, and nothing begins after it', async () => {
  const stopping = new AbortController();
  const running = run(() => new Promise(() => undefined), 60_000, stopping.signal);
  stopping.abort();
  assert.deepEqual(await running, { ok: false, error: { reason: 'stopped', isFinal: false } });
  let isCalled = false;
  await run(
    () => {
      isCalled = true;
      return new Promise(() => undefined);
    },
    60_000,
    stopping.signal,
  );
  assert.equal(isCalled, false);
});
