import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { NoticePost } from '#notify/notifier.ts';
import { createPost, retryAfterMs } from '#notify/post.ts';
import type { PostParts } from '#notify/post.ts';
import { createTestAuthority } from '#test/fakes/certificates.ts';
import { startConnectProxy } from '#test/fakes/connect-proxy.ts';
import { startTlsFront } from '#test/fakes/tls-front.ts';
import { until } from '#test/e2e/until.ts';
import { startWebhookServer } from '#test/fakes/webhook-server.ts';

const NOW_MS = Date.UTC(2026, 10, 26, 9);

function openOn(t: TestContext, parts: Partial<PostParts> = {}): NoticePost {
  const { post, close } = createPost({
    ca: undefined,
    proxy: undefined,
    limits: LIMITS,
    clock: () => NOW_MS,
    ...parts,
  });
  t.after(close);
  return post;
}
const to = (url: string, body = '{}') => ({ url: new URL(url), headers: { 'x-a': 'b' }, body });
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

test('what is posted arrives as it is, and the answer comes back with its status', async (t) => {
  const server = await startWebhookServer(t);
  server.answer = (response) => response.writeHead(200, { 'retry-after': '7' }).end('{"ok":true}');
  const answer = await openOn(t)(to(server.url, '{"a":1}'), soon());
  assert.deepEqual(answer, { ok: true, value: { status: 200, retryAfterMs: 7_000, body: '{"ok":true}' } });
  const [posted] = server.heard;
  assert.deepEqual(
    [posted?.method, posted?.path, posted?.body, posted?.headers['x-a']],
    ['POST', '/hook', '{"a":1}', 'b'],
  );
});

test('a redirect is an answer like others: it is not followed', async (t) => {
  const [server, other] = [await startWebhookServer(t), await startWebhookServer(t)];
  for (const status of [301, 302, 303, 307, 308]) {
    server.answer = (response) => response.writeHead(status, { location: other.url }).end();
    const answer = await openOn(t)(to(server.url), soon());
    assert.equal(answer.ok && answer.value.status, status);
  }
  assert.equal(other.heard.length, 0);
});

test('of a body without an end only so much is read', async (t) => {
  const server = await startWebhookServer(t);
  let isCut = false;
  server.answer = (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', more).once('close', () => (isCut = true));
    more();
  };
  const answer = await openOn(t)(to(server.url), soon());
  assert.equal(answer.ok && answer.value.body.length, LIMITS.noticeAnswerBytes);
  await until(() => isCut);
});

test('a server that never answers, never ends or is not there fails in time, and its address is in no fault', async (t) => {
  const server = await startWebhookServer(t);
  const post = openOn(t);
  server.answer = () => undefined;
  const hanging = AbortSignal.timeout(30);
  assert.deepEqual(await post(to(server.url), hanging), { ok: false, error: 'timed_out' });
  server.answer = (response) => response.writeHead(200).write('x');
  assert.deepEqual(await post(to(server.url), AbortSignal.timeout(30)), { ok: false, error: 'timed_out' });
  server.answer = (response) => response.socket?.destroy();
  assert.deepEqual(await post(to(server.url), soon()), { ok: false, error: 'unreachable' });
  assert.deepEqual(await post(to('http://127.0.0.1:1/'), soon()), { ok: false, error: 'unreachable' });
});

test('headers of a server are bounded', async (t) => {
  const server = await startWebhookServer(t);
  server.answer = (response) => response.writeHead(200, { 'x-long': 'x'.repeat(LIMITS.noticeHeaderBytes) }).end();
  assert.deepEqual(await openOn(t)(to(server.url), soon()), { ok: false, error: 'unreachable' });
});

test('over https only a certificate that the configured authority gave is spoken to, through a proxy too', async (t) => {
  const server = await startWebhookServer(t);
  const authority = createTestAuthority();
  const front = await startTlsFront(Number(new URL(server.url).port), authority.issue(['hooks.test']));
  const proxy = await startConnectProxy();
  proxy.routes.set('hooks.test:443', front.port);
  t.after(() => Promise.all([front.close(), proxy.close()]));
  const https = { url: new URL(proxy.url), authorization: undefined };
  const through = { proxy: { https, http: undefined, around: [] } };
  const [trusting, other] = [openOn(t, { ...through, ca: authority.ca }), openOn(t, through)];
  const answer = await trusting(to('https://hooks.test/hook'), soon());
  assert.equal(answer.ok && answer.value.status, 202);
  assert.deepEqual(await other(to('https://hooks.test/hook'), soon()), { ok: false, error: 'unreachable' });
  proxy.routes.set('evil.test:443', front.port);
  assert.deepEqual(await trusting(to('https://evil.test/hook'), soon()), { ok: false, error: 'unreachable' });
  assert.equal(server.heard.length, 1);
});

test('how long a server asks to be left alone is read in both forms, within a bound, and from nothing else', () => {
  const after = (value: unknown): number | undefined => retryAfterMs(value, NOW_MS, 3_600_000);
  assert.equal(after('120'), 120_000);
  assert.equal(after('0'), 0);
  assert.equal(after('Thu, 26 Nov 2026 09:00:30 GMT'), 30_000);
  assert.equal(after('Thu, 26 Nov 2026 08:00:00 GMT'), 0);
  assert.equal(after('9999999999'), 3_600_000);
  assert.equal(after('Thu, 26 Nov 2099 09:00:00 GMT'), 3_600_000);
  for (const value of ['-1', '1.5', '1e9', '2026-11-26', 'soon', '', undefined, ['1'], '99999999999'])
    assert.equal(after(value), undefined, String(value));
});
