import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { tellNotice } from '#notify/tell-notice.ts';
import type { TellParts } from '#notify/tell-notice.ts';
import { err } from '#result.ts';
import { createFakeNotifier, createNoticesDisk, createNoticesRig } from '#test/fakes/notices.ts';

function rigOf(disk = createNoticesDisk(), limits: Partial<Limits> = {}) {
  const rig = createNoticesRig(disk, limits);
  const outcomes: string[] = [];
  const stopping = new AbortController();
  const parts: TellParts = {
    ...rig.parts,
    stopping: stopping.signal,
    onOutcome: (_kind, outcome) => outcomes.push(outcome),
  };
  const notifier = createFakeNotifier();
  const look = (id = 'apr_1', of = notifier): Promise<number> => tellNotice(id, of, parts);
  const kept = (id = 'apr_1') => rig.store.find('ops', id);
  return { ...rig, parts, notifier, look, kept, outcomes, stopping };
}
const failing = (reason: string, other: { isFinal?: boolean; retryAfterMs?: number } = {}) =>
  Promise.resolve(err({ reason, isFinal: false, ...other }));

test('whoever is told is recorded before it counts, and told again only when it is over', async () => {
  const { ask, end, look, kept, notifier, records } = rigOf();
  await ask();
  notifier.answer = async () => ({ ok: true, value: { ref: 'C1 1.2' } });
  await look();
  await look();
  assert.deepEqual([kept()?.state, kept()?.told, kept()?.ref, kept()?.isOver], ['told', 'pending', 'C1 1.2', false]);
  await end('apr_1', { state: 'denied' });
  notifier.answer = async () => ({ ok: true, value: {} });
  await look();
  await look();
  assert.deepEqual(
    notifier.heard.map(({ news, ref }) => [news.state, ref]),
    [
      ['pending', undefined],
      ['denied', 'C1 1.2'],
    ],
  );
  assert.deepEqual([kept()?.told, kept()?.ref, kept()?.isOver], ['denied', 'C1 1.2', true]);
  assert.deepEqual(
    records.map(({ act, approval, detail }) => [act, approval, detail]),
    [
      ['approval_told', 'apr_1', { notifier: 'ops', kind: 'webhook', told: 'pending' }],
      ['approval_told', 'apr_1', { notifier: 'ops', kind: 'webhook', told: 'denied' }],
    ],
  );
});

test('a process that dies between sending and writing tells again, once its claim is over, and loses nothing', async () => {
  const disk = createNoticesDisk();
  const first = rigOf(disk);
  await first.ask();
  first.store.loseWrites(({ state }) => state === 'told');
  await assert.rejects(first.look());
  assert.equal(first.notifier.heard.length, 1);

  const second = rigOf(disk);
  await second.look();
  assert.equal(second.notifier.heard.length, 0, 'still claimed');
  second.pass(LIMITS.noticeClaimMs);
  assert.deepEqual(second.store.due('ops', second.parts.clock(), 10), ['apr_1']);
  await second.look();
  assert.equal(second.notifier.heard.length, 1);
  assert.deepEqual([second.kept()?.state, second.kept()?.attempts], ['told', 0]);
});

test('a process that dies between the claim and the answer tells again, also when it is over by then', async () => {
  const disk = createNoticesDisk();
  const first = rigOf(disk);
  await first.ask();
  first.notifier.answer = () => new Promise(() => undefined);
  void first.look();
  while (first.notifier.heard.length === 0) await new Promise((next) => setImmediate(next));

  const second = rigOf(disk);
  await second.end('apr_1', { state: 'withdrawn' });
  second.pass(LIMITS.noticeClaimMs);
  await second.look();
  assert.deepEqual(
    second.notifier.heard.map(({ news }) => news.state),
    ['withdrawn'],
  );
});

test('what the book does not take does not count as told: it is told again', async () => {
  const { ask, look, kept, notifier, breakLedger, pass } = rigOf();
  await ask();
  breakLedger();
  await look();
  assert.equal(kept()?.state, 'waiting');
  pass(LIMITS.noticeClaimMs);
  await look();
  assert.equal(notifier.heard.length, 2);
});

test('of two processes that see the same approval one tells', async () => {
  const disk = createNoticesDisk();
  const [one, other] = [rigOf(disk), rigOf(disk)];
  await one.ask();
  await Promise.all([one.look(), other.look()]);
  assert.equal(one.notifier.heard.length + other.notifier.heard.length, 1);
});

test('a notifier that fails is tried again, later each time, and the request is there as before', async () => {
  const { ask, look, kept, notifier, pass, approvals, outcomes } = rigOf();
  await ask();
  notifier.answer = () => failing('status_503');
  await look();
  await look();
  assert.equal(notifier.heard.length, 1);
  assert.deepEqual([kept()?.state, kept()?.attempts, kept()?.error], ['waiting', 1, 'status_503']);
  pass(LIMITS.noticeRetryMs);
  await look();
  pass(LIMITS.noticeRetryMs);
  await look();
  assert.equal(notifier.heard.length, 2, 'twice as long the second time');
  pass(LIMITS.noticeRetryMs);
  notifier.answer = async () => ({ ok: true, value: { partly: 'some_refused' } });
  await look();
  assert.deepEqual([kept()?.state, kept()?.attempts, kept()?.error], ['told', 0, 'some_refused']);
  assert.equal(approvals.find('apr_1')?.state, 'pending');
  assert.deepEqual(outcomes, ['failed', 'failed', 'told']);
});

test('a server that asks to be left alone is, and so is everything else that goes to it', async () => {
  const { ask, look, kept, notifier, pass } = rigOf();
  await ask();
  notifier.answer = () => failing('status_429', { retryAfterMs: 30_000 });
  assert.equal(await look(), 30_000);
  pass(29_999);
  assert.equal(kept()?.dueMs, 40_000);
  await look();
  assert.equal(notifier.heard.length, 1);
  notifier.answer = () => failing('status_429', { retryAfterMs: Number.MAX_SAFE_INTEGER });
  pass(1);
  assert.equal(await look(), LIMITS.noticeRetryAfterMsMax);
});

test('what cannot be told is given up after so many tries, or at once when trying cannot help: recorded and said', async () => {
  const many = rigOf(createNoticesDisk(), { noticeAttempts: 3 });
  await many.ask();
  many.notifier.answer = () => failing('unreachable');
  for (let turn = 0; turn < 5; turn += 1) {
    await many.look();
    many.pass(LIMITS.noticeRetryMsMax);
  }
  assert.equal(many.notifier.heard.length, 3);
  assert.equal(many.kept()?.state, 'dead');
  const detail = { notifier: 'ops', kind: 'webhook', told: 'pending', reason: 'unreachable' };
  assert.deepEqual(many.records, [{ act: 'notice_failed', approval: 'apr_1', detail }]);
  assert.deepEqual(many.dead, [detail]);
  assert.deepEqual(many.outcomes, ['failed', 'failed', 'failed', 'dead']);

  const once = rigOf();
  await once.ask();
  once.notifier.answer = () => failing('status_410', { isFinal: true });
  await once.look();
  assert.equal(once.kept()?.state, 'dead');
  await once.end('apr_1', { state: 'denied' });
  await once.look();
  assert.equal(once.notifier.heard.length, 1);
});

test('a notice that ends the process each time it is tried is given up too', async () => {
  const disk = createNoticesDisk();
  const limits = { noticeAttempts: 2 };
  await rigOf(disk).ask();
  for (let turn = 0; turn < 2; turn += 1) {
    const crashing = rigOf(disk, limits);
    crashing.pass(turn * LIMITS.noticeClaimMs);
    crashing.store.loseWrites(({ dueMs }) => dueMs === undefined);
    crashing.notifier.answer = async () => ({ ok: true, value: {} });
    await assert.rejects(crashing.look());
  }
  const after = rigOf(disk, limits);
  after.pass(2 * LIMITS.noticeClaimMs);
  after.notifier.answer = () => failing('status_500');
  await after.look();
  assert.equal(after.kept()?.state, 'dead');
});

test('what the end of the process cuts short is due at once for whoever comes next, and nobody’s fault', async () => {
  const { ask, look, kept, notifier, stopping, parts, outcomes } = rigOf();
  await ask();
  notifier.answer = () => new Promise(() => undefined);
  const looking = look();
  while (notifier.heard.length === 0) await new Promise((next) => setImmediate(next));
  stopping.abort();
  await looking;
  assert.deepEqual([kept()?.state, kept()?.dueMs, kept()?.error], ['waiting', parts.clock(), 'stopped']);
  assert.deepEqual(outcomes, []);
});

test('a reference longer than is kept is not kept', async () => {
  const { ask, look, kept, notifier } = rigOf();
  await ask();
  notifier.answer = async () => ({ ok: true, value: { ref: 'x'.repeat(LIMITS.noticeRefChars + 1) } });
  await look();
  assert.deepEqual([kept()?.state, kept()?.ref], ['told', undefined]);
});

test('of an approval that is not there, or not for this notifier, nothing is told', async () => {
  const { ask, look, kept, notifier } = rigOf();
  await look('apr_9');
  const { terms } = await ask({ id: 'apr_0' });
  await ask({ id: 'apr_2', terms: { ...terms, notify: ['chat'] } });
  await look('apr_2');
  assert.equal(notifier.heard.length, 0);
  assert.deepEqual([kept('apr_2')?.state, kept('apr_2')?.isOver], ['idle', true]);
});
