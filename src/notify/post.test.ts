import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createPost } from '#notify/post.ts';
import { startConnectProxy } from '#test/fakes/connect-proxy.ts';

async function start(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { post, close } = createPost({ proxy: undefined, ca: undefined, limits: LIMITS });
  t.after(async () => {
    await close();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`);
  return (signal: AbortSignal = AbortSignal.timeout(10_000)) =>
    post({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' }, signal);
}

test('what is sent arrives as it is, and the answer comes back with its status and how long to wait', async (t) => {
  const seen: string[] = [];
  const post = await start(t, (request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => seen.push(`${request.method} ${request.url} ${text}`));
    request.on('end', () => response.writeHead(429, { 'retry-after': '30' }).end('slow down'));
  });
  assert.deepEqual(await post(), { ok: true, value: { status: 429, retryAfterMs: 30_000, body: 'slow down' } });
  assert.deepEqual(seen, ['POST /hook?x=1 {"a":1}']);
});

test('nobody makes it wait for longer than an hour, or follow another address, or read without end', async (t) => {
  let asked = 0;
  const post = await start(t, (_, response) => {
    asked += 1;
    response.writeHead(302, { location: '/elsewhere', 'retry-after': '999999999' });
    response.end('x'.repeat(LIMITS.noticeAnswerBytes + 10_000));
  });
  const answered = await post();
  assert.ok(answered.ok);
  assert.deepEqual([answered.value.status, asked], [302, 1]);
  assert.equal(answered.value.retryAfterMs, LIMITS.noticeRetryAfterMsMax);
  assert.equal(answered.value.body.length, LIMITS.noticeAnswerBytes);
});

test('who does not answer in time is given up, also in the middle of an answer; who is not there is unreachable', async (t) => {
  const silent = await start(t, () => undefined);
  assert.deepEqual(await silent(AbortSignal.timeout(50)), { ok: false, error: 'timed_out' });
  const slow = await start(t, (_, response) => void response.writeHead(200).write('{'));
  assert.deepEqual(await slow(AbortSignal.timeout(50)), { ok: false, error: 'timed_out' });
  const rude = await start(t, (request) => request.socket.destroy());
  assert.deepEqual(await rude(), { ok: false, error: 'unreachable' });
});

test('a server beyond the proxy is asked through it', async (t) => {
  const proxy = await startConnectProxy();
  t.after(() => proxy.close());
  const server = { url: new URL(proxy.url), authorization: undefined };
  const { post, close } = createPost({
    proxy: { https: server, http: server, around: [] },
    ca: undefined,
    limits: LIMITS,
  });
  t.after(close);
  const url = new URL('https://slack.example/api/chat.postMessage');
  const answered = await post({ url, headers: {}, body: '' }, AbortSignal.timeout(10_000));
  assert.deepEqual(answered, { ok: false, error: 'unreachable' });
  assert.deepEqual(
    proxy.asked.map(({ authority }) => authority),
    ['slack.example:443'],
  );
});
