import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Secret } from '#config/secrets.ts';
import { LIMITS } from '#limits.ts';
import { createPost } from '#notify/post.ts';
import { createWebhook, webhookSignature } from '#notify/webhook.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';
import { startWebhookServer } from '#test/fakes/webhook-server.ts';
import type { Posted } from '#test/fakes/webhook-server.ts';

const NOW_MS = Date.UTC(2026, 10, 26, 9);
const [OLD, NEW] = [1, 2].map((byte) => Buffer.alloc(32, byte));
const written = (key = Buffer.alloc(0)): Secret => new Secret(`whsec_${key.toString('base64')}`);

async function prepare(t: TestContext, secrets: readonly Secret[] = [written(NEW), written(OLD)]) {
  const server = await startWebhookServer(t);
  const open = createPost({ ca: undefined, proxy: undefined, limits: LIMITS, clock: () => NOW_MS });
  t.after(open.close);
  const settings = { kind: 'webhook', name: 'hook', url: new Secret(server.url), secrets, ca: undefined } as const;
  const webhook = createWebhook(settings, { ...open, clock: () => NOW_MS });
  const tell = (news = approvalNews()) => webhook.tell(news, undefined, AbortSignal.timeout(60_000));
  return { server, tell };
}

/** As a receiver does it who knows the specification and one key. */
function isSignedWith(key: Buffer | undefined, { headers, body }: Posted): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const signature = `v1,${createHmac('sha256', key ?? '')
    .update(text)
    .digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(signature);
}

test('a signature is the one that the specification gives as its example', () => {
  // https://github.com/standard-webhooks/standard-webhooks, libraries' test vector
  assert.equal(
    webhookSignature(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      '{"test": 2432232314}',
    ),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

test('a receiver with the old key and one with the new both know a message for ours, with its time', async (t) => {
  const { server, tell } = await prepare(t);
  assert.deepEqual(await tell(), { ok: true, value: {} });
  const [posted] = server.heard;
  assert.ok(posted);
  assert.ok(isSignedWith(OLD, posted));
  assert.ok(isSignedWith(NEW, posted));
  assert.equal(isSignedWith(Buffer.alloc(32, 3), posted), false);
  assert.equal(isSignedWith(NEW, { ...posted, body: `${posted.body} ` }), false);
  assert.equal(posted.headers['webhook-timestamp'], String(NOW_MS / 1_000));
  assert.equal(posted.headers['content-type'], 'application/json');
});

test('it says what happened to what, without arguments, and with the same id when the same is told again', async (t) => {
  const { server, tell } = await prepare(t);
  const news = approvalNews({ revision: 7, state: 'denied', decidedBy: 'grace', reason: 'no' });
  await tell(news);
  await tell(news);
  await tell({ ...news, revision: 8 });
  const ids = server.heard.map(({ headers }) => headers['webhook-id']);
  assert.deepEqual(ids, [`${news.id}_7`, `${news.id}_7`, `${news.id}_8`]);
  assert.deepEqual(JSON.parse(server.heard[0]?.body ?? ''), {
    type: 'approval.denied',
    timestamp: '2026-11-26T09:00:00.000Z',
    data: {
      id: news.id,
      state: 'denied',
      connection: 'customers',
      method: 'tools/call',
      name: 'delete_customer',
      requester: { subject: 'ada', kind: 'person' },
      rule: 'hold-deletes',
      approvers: ['okta:leads'],
      needed: 1,
      yes: 0,
      askedAt: '2026-07-01T00:00:00.000Z',
      expiresAt: '2026-07-01T00:10:00.000Z',
      url: news.url,
      flood: null,
      statement: null,
      decidedBy: 'grace',
      reason: 'no',
    },
  });
  await tell(approvalNews());
  assert.equal((JSON.parse(server.heard.at(-1)?.body ?? '') as { type: string }).type, 'approval.asked');
});

test('what is not a yes is tried again, when the server says so, and what is gone is not', async (t) => {
  const { server, tell } = await prepare(t);
  for (const [status, headers, error] of [
    [500, {}, { reason: 'status_500', isFinal: false }],
    [429, { 'retry-after': '3' }, { reason: 'status_429', isFinal: false, retryAfterMs: 3_000 }],
    [302, { location: server.url }, { reason: 'status_302', isFinal: false }],
    [410, {}, { reason: 'status_410', isFinal: true }],
  ] as const) {
    server.answer = (response) => response.writeHead(status, headers).end('hunter2');
    assert.deepEqual(await tell(), { ok: false, error });
  }
  assert.equal(server.heard.length, 4);
  server.answer = (response) => response.socket?.destroy();
  assert.deepEqual(await tell(), { ok: false, error: { reason: 'unreachable', isFinal: false } });
});
