import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoticeFault } from '#notify/notifier.ts';
import { createSlackNotifier } from '#notify/slack/slack-notifier.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';

const SIGNAL = new AbortController().signal;
const PLACE = 'C012 1712.0001';

type Asked = { readonly method: string | undefined; readonly body: Readonly<Record<string, unknown>> };

/** Slack, answering so one after the other. */
function start(...answers: readonly Result<object, NoticeFault>[]) {
  const asked: Asked[] = [];
  const notifier = createSlackNotifier({
    name: 'ops',
    channel: 'C012',
    api: new URL('https://slack.com/api/'),
    token: { reveal: () => 'xoxb-1' },
    close: async () => undefined,
    async post({ url, body }) {
      asked.push({ method: url.pathname.split('/').at(-1), body: JSON.parse(body) as Asked['body'] });
      const answer = answers[asked.length - 1] ?? assert.fail('nobody is asked so often');
      const retryAfterMs = answer.ok ? undefined : answer.error.retryAfterMs;
      const words = answer.ok ? answer.value : { ok: false, error: answer.error.reason };
      return ok({ status: 200, retryAfterMs, body: JSON.stringify(words) });
    },
  });
  return { notifier, asked };
}
const gone = err({ reason: 'message_not_found', isFinal: true });

test('the first news is a message, and where it is comes back', async () => {
  const { notifier, asked } = start(ok({ ok: true, channel: 'C012', ts: '1712.0001' }));
  assert.deepEqual(await notifier.tell(approvalNews(), undefined, SIGNAL), ok({ ref: PLACE }));
  assert.equal(asked[0]?.method, 'chat.postMessage');
  assert.equal(asked[0]?.body['channel'], 'C012');
});

test('every further news rewrites that message', async () => {
  const { notifier, asked } = start(ok({ ok: true }));
  assert.deepEqual(await notifier.tell(approvalNews({ state: 'denied' }), PLACE, SIGNAL), ok({ ref: PLACE }));
  assert.equal(asked[0]?.method, 'chat.update');
  assert.deepEqual([asked[0]?.body['channel'], asked[0]?.body['ts']], ['C012', '1712.0001']);
});

test('a message that is gone is posted anew while there is something to decide, and not afterwards', async () => {
  const waiting = start(gone, ok({ ok: true, channel: 'C012', ts: '1712.0002' }));
  assert.deepEqual(await waiting.notifier.tell(approvalNews(), PLACE, SIGNAL), ok({ ref: 'C012 1712.0002' }));
  const over = start(gone);
  assert.deepEqual(await over.notifier.tell(approvalNews({ state: 'expired' }), PLACE, SIGNAL), ok({ ref: PLACE }));
  const late = start();
  assert.deepEqual(await late.notifier.tell(approvalNews({ state: 'expired' }), undefined, SIGNAL), ok({}));
});

test('a fault of Slack is handed on as it is', async () => {
  const fault = err({ reason: 'ratelimited', isFinal: false, retryAfterMs: 5_000 });
  assert.deepEqual(await start(fault).notifier.tell(approvalNews(), undefined, SIGNAL), fault);
  assert.deepEqual(await start(fault).notifier.tell(approvalNews(), PLACE, SIGNAL), fault);
});

test('an answer that does not say where the message is ends it, so that no second one is posted', async () => {
  const { notifier } = start(ok({ ok: true, channel: 'C012', ts: 'yesterday' }));
  assert.deepEqual(
    await notifier.tell(approvalNews(), undefined, SIGNAL),
    err({ reason: 'answer_invalid', isFinal: true }),
  );
});
