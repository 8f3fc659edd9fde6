/** What the answers of servers mean, from the official form to the hostile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  ANSWER,
  JSON_TYPE,
  RPC_ERROR,
  SSE_TYPE,
  answered,
  answering,
  call,
  listen,
  read,
  refused,
  serving,
} from '#test/fakes/upstream-http.ts';

test('events arrive one message at a time however the bytes are cut', async (t) => {
  const stream = `: hi\r\nid: 7\r\nretry: 250\r\ndata:\r\n\r\nevent: message\ndata: {"a":\ndata: "ü"}\n\nevent: ping\ndata: x\n\ndata: ${ANSWER}\n\ndata: cut`;
  const upstream = await serving(t, (request, response) => {
    request.resume().on('end', async () => {
      response.writeHead(200, SSE_TYPE);
      for (const byte of Buffer.from(stream)) {
        response.write(Buffer.of(byte));
        if (byte === 0x3a) await new Promise(setImmediate);
      }
      response.end();
    });
  });
  const answer = answered(await upstream.exchange(call()));
  assert.equal(answer.form, 'sse');
  const { texts, fault } = await read(answer);
  assert.equal(fault, undefined);
  assert.deepEqual(
    texts.filter((text) => text !== ''),
    ['{"a":\n"ü"}', ANSWER],
  );
});

test('an event larger than a message may be ends the stream with a fault', async (t) => {
  const upstream = await serving(t, answering(200, SSE_TYPE, `data: ${ANSWER}\n\ndata: ${'x'.repeat(4_096)}\n\n`), {
    limits: { messageBytes: 1_024 },
  });
  const { texts, fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(texts, [ANSWER]);
  assert.deepEqual(fault, { code: 'upstream_invalid', executed: 'unknown', reason: 'message_too_large' });
});

test('no redirect is followed', async (t) => {
  let followed = 0;
  const elsewhere = await listen(
    t,
    createServer(() => followed++),
  );
  for (const status of [301, 302, 303, 307, 308]) {
    const upstream = await serving(t, answering(status, { location: elsewhere.href }));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', `redirect_${status}`));
  }
  assert.equal(followed, 0);
});

test('a body larger than a message may be is refused and no longer received', async (t) => {
  const socketClosed = Promise.withResolvers<number>();
  const total = 256 * 1024 * 1024;
  const upstream = await serving(
    t,
    (request, response) => {
      request.resume().on('end', async () => {
        response.writeHead(200, JSON_TYPE);
        let sent = 0;
        response.on('close', () => socketClosed.resolve(sent));
        const chunk = Buffer.alloc(64 * 1024, 0x20);
        while (sent < total && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) await Promise.race([once(response, 'drain'), socketClosed.promise]);
        }
      });
    },
    { limits: { messageBytes: 1024 * 1024 } },
  );
  const { fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual(fault, { code: 'upstream_invalid', executed: 'unknown', reason: 'message_too_large' });
  assert.ok((await socketClosed.promise) < total);
});

test('a body compressed unasked is read as what it means, errors and answers to notifications too', async (t) => {
  const coded = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  const plain = await serving(t, answering(200, coded, gzipSync(ANSWER)));
  assert.deepEqual((await read(answered(await plain.exchange(call())))).texts, [ANSWER]);
  const told = await plain.exchange(call({ kind: 'notification', idText: undefined }));
  assert.deepEqual((await read(answered(told))).texts, [ANSWER]);
  const failed = await serving(t, answering(400, coded, gzipSync(RPC_ERROR)));
  assert.deepEqual((await read(answered(await failed.exchange(call())))).texts, [RPC_ERROR]);
});

test('a coding nobody knows, or two, are refused unread, and a bomb no further than a message may be', async (t) => {
  for (const coding of ['compress', 'identity, gzip', 'gzip, gzip', '']) {
    const upstream = await serving(t, answering(200, { ...JSON_TYPE, 'content-encoding': coding }, ANSWER));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', 'content_encoding'));
  }
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const upstream = await serving(t, answering(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, bomb));
  const { texts, fault } = await read(answered(await upstream.exchange(call())));
  assert.deepEqual([texts, fault?.reason], [[], 'content_encoding_ratio']);
});

test('a body of another type, of none or of two is refused', async (t) => {
  for (const headers of [{ 'content-type': 'text/html' }, {}, { 'content-type': ['application/json', 'text/html'] }]) {
    const upstream = await serving(t, answering(200, headers, ANSWER));
    assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', 'content_type'));
  }
});

test('a refusal of the upstream credential does not show the challenge; only a 401 proves that nothing was executed', async (t) => {
  for (const status of [401, 403]) {
    const headers = { ...JSON_TYPE, 'www-authenticate': 'Bearer resource_metadata="https://inner.example/"' };
    const upstream = await serving(t, answering(status, headers, RPC_ERROR));
    assert.deepEqual(
      await upstream.exchange(call()),
      refused('upstream_unavailable', status === 401 ? 'no' : 'unknown', `upstream_auth_${status}`),
    );
  }
});

test('a JSON-RPC error is a message whatever its status, any other error body goes nowhere', async (t) => {
  const upstream = await serving(t, answering(400, { ...JSON_TYPE, 'retry-after': '2' }, RPC_ERROR));
  const answer = answered(await upstream.exchange(call()));
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.headers, [['retry-after', '2']]);
  assert.deepEqual((await read(answer)).texts, [RPC_ERROR]);

  const cases = [
    [500, { 'content-type': 'text/html' }, '<h1>stack trace</h1>', 'upstream_unavailable'],
    [400, JSON_TYPE, '{"error":{"message":"stack trace"}}', 'upstream_invalid'],
    [400, JSON_TYPE, ANSWER, 'upstream_invalid'],
    [429, {}, '', 'upstream_unavailable'],
    [404, {}, '', 'upstream_invalid'],
    [409, {}, '', 'upstream_invalid'],
    [206, JSON_TYPE, ANSWER, 'upstream_invalid'],
  ] as const;
  for (const [status, headers, body, code] of cases) {
    const failing = await serving(t, answering(status, headers, body));
    const given = await failing.exchange(call());
    assert.ok(!given.ok);
    const { refusedWith, ...error } = given.error;
    assert.deepEqual({ ok: false, error }, refused(code, 'unknown', `status_${status}`));
    assert.equal(refusedWith, status === 400 || status === 404 ? status : undefined, String(status));
  }
});

test('the statuses by which a client tells an earlier server from a broken one are told', async (t) => {
  for (const status of [400, 404, 405, 406, 415]) {
    const upstream = await serving(t, answering(status, { 'content-type': 'text/plain' }, 'no'));
    const given = await upstream.exchange(call());
    assert.equal(given.ok ? undefined : given.error.refusedWith, status);
  }
});

test('an answer without a message is right for a notification and wrong for a request', async (t) => {
  const sockets = new Set<unknown>();
  const upstream = await serving(t, (request, response) => {
    sockets.add(request.socket);
    answering(202, {})(request, response);
  });
  for (let n = 0; n < 3; n++) {
    const answer = answered(await upstream.exchange(call({ kind: 'notification', idText: undefined })));
    assert.equal(answer.form, 'none');
    assert.deepEqual((await read(answer)).texts, []);
    await new Promise(setImmediate);
  }
  assert.deepEqual(await upstream.exchange(call()), refused('upstream_invalid', 'unknown', 'no_answer_202'));
  assert.ok(sockets.size < 4, 'an empty answer keeps its socket for the next call');
  const empty = await serving(t, answering(200, { ...JSON_TYPE, 'content-length': '0' }));
  assert.deepEqual(await empty.exchange(call()), refused('upstream_invalid', 'unknown', 'no_answer_200'));
  const chunked = await serving(t, answering(200, JSON_TYPE, ''));
  assert.equal((await read(answered(await chunked.exchange(call())))).fault?.reason, 'empty_body');
  assert.equal(answered(await chunked.exchange(call({ kind: 'notification' }))).form, 'none');
  const html = await serving(t, answering(200, { 'content-type': 'text/html' }, 'hello'));
  assert.deepEqual(
    await html.exchange(call({ kind: 'notification' })),
    refused('upstream_invalid', 'unknown', 'content_type'),
  );
});

test('a lost session and a missing stream are told apart from a wrong address', async (t) => {
  const lost = await serving(t, answering(404, { 'content-type': 'text/plain' }, 'Not Found'));
  const session = { headers: [['mcp-session-id', 'upstream-1']] as const };
  const answer = answered(await lost.exchange(call(session)));
  assert.deepEqual([answer.status, answer.form], [404, 'none']);

  const methods: (string | undefined)[] = [];
  const deaf = await serving(t, (request, response) => {
    methods.push(request.method);
    answering(405, {}, 'no')(request, response);
  });
  const bare = {
    caller: 'c',
    gatewaySession: 's',
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...session,
  };
  assert.equal(answered(await deaf.listen!(bare)).status, 405);
  assert.deepEqual(await deaf.endSession(bare), { ok: true, value: 405 });
  assert.deepEqual(methods, ['GET', 'DELETE']);
});

test('the legacy stream of server messages is an event stream or a fault', async (t) => {
  const bare = {
    caller: 'c',
    gatewaySession: 's',
    headers: [],
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  };
  const upstream = await serving(t, answering(200, SSE_TYPE, `id: 1\ndata: ${ANSWER}\n\n`));
  const [first] = await Array.fromAsync(answered(await upstream.listen!(bare)).messages);
  assert.ok(first?.ok && first.value.sse?.id === '1');
  const json = await serving(t, answering(200, JSON_TYPE, ANSWER));
  assert.deepEqual(await json.listen!(bare), refused('upstream_invalid', 'unknown', 'content_type'));
});
