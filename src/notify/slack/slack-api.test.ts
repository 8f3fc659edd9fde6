import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoticeAnswer, NoticePost } from '#notify/notifier.ts';
import { createSlackApi } from '#notify/slack/slack-api.ts';
import { err, ok } from '#result.ts';

type Asked = Parameters<NoticePost>[0];

function answering(answer: Partial<NoticeAnswer> | 'unreachable') {
  const asked: Asked[] = [];
  const api = createSlackApi({
    api: new URL('https://slack.com/api/'),
    token: { reveal: () => 'xoxb-1' },
    async post(request) {
      asked.push(request);
      return answer === 'unreachable'
        ? err(answer)
        : ok({ status: 200, retryAfterMs: undefined, body: '{"ok":true}', ...answer });
    },
  });
  return { asked, call: () => api.call('chat.postMessage', { text: 'hello' }, AbortSignal.abort()) };
}
const faultOf = async (answer: Partial<NoticeAnswer> | 'unreachable') => {
  const called = await answering(answer).call();
  return called.ok ? undefined : called.error;
};

test('a method is called with the token in the header and JSON in the body', async () => {
  const { asked, call } = answering({ body: '{"ok":true,"ts":"1.2"}' });
  assert.deepEqual(await call(), ok({ ok: true, ts: '1.2' }));
  assert.equal(asked[0]?.url.href, 'https://slack.com/api/chat.postMessage');
  assert.equal(asked[0]?.headers['authorization'], 'Bearer xoxb-1');
  assert.equal(asked[0]?.body, '{"text":"hello"}');
});

test('what passes by itself is tried again, when Slack asks for it not before its time', async () => {
  assert.deepEqual(await faultOf({ status: 429, retryAfterMs: 30_000, body: 'slow down' }), {
    reason: 'ratelimited',
    isFinal: false,
    retryAfterMs: 30_000,
  });
  assert.deepEqual(await faultOf({ status: 503 }), { reason: 'status_503', isFinal: false });
  assert.deepEqual(await faultOf({ body: '{"ok":false,"error":"internal_error"}' }), {
    reason: 'internal_error',
    isFinal: false,
  });
  assert.deepEqual(await faultOf('unreachable'), { reason: 'unreachable', isFinal: false });
});

test('what somebody has to mend is final', async () => {
  for (const error of ['invalid_auth', 'channel_not_found', 'not_in_channel', 'missing_scope', 'invalid_blocks'])
    assert.deepEqual(await faultOf({ body: JSON.stringify({ ok: false, error }) }), { reason: error, isFinal: true });
  assert.deepEqual(await faultOf({ status: 302 }), { reason: 'status_302', isFinal: true });
});

test('an answer that is none of Slack’s puts no word of its own into a record', async () => {
  for (const body of ['', 'null', '[]', '<html>'])
    assert.equal((await faultOf({ body }))?.reason, 'answer_invalid', body);
  for (const error of ['Bearer xoxb-1', 'a'.repeat(65), 7, undefined])
    assert.equal((await faultOf({ body: JSON.stringify({ ok: false, error }) }))?.reason, 'answer_invalid');
  assert.equal((await faultOf({ body: '{"ok":"true"}' }))?.reason, 'answer_invalid');
});
