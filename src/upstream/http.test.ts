/** What goes up and comes down when all goes well, and what never goes up. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import {
  ANSWER,
  CALL,
  JSON_TYPE,
  answered,
  answering,
  call,
  read,
  refused,
  serving,
} from '#test/fakes/upstream-http.ts';

test('a JSON answer arrives byte for byte, with the status, the session id apart and only allowed headers', async (t) => {
  let seen: { request: IncomingMessage; body: string } | undefined;
  const upstream = await serving(t, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen = { request, body };
      response.writeHead(200, {
        ...JSON_TYPE,
        'mcp-session-id': 'upstream-1',
        'mcp-protocol-version': '2025-11-25',
        'set-cookie': 'inner=1',
        server: 'inner',
      });
      response.end(ANSWER);
    });
  });
  const result = await upstream.exchange(
    call({ headers: [['mcp-method', 'tools/call']], credential: [['authorization', 'Bearer upstream-secret']] }),
  );
  const answer = answered(result);
  assert.deepEqual((await read(answer)).texts, [ANSWER]);
  assert.equal(answer.status, 200);
  assert.equal(answer.form, 'json');
  assert.equal(answer.sessionId, 'upstream-1');
  assert.deepEqual(answer.headers, [['mcp-protocol-version', '2025-11-25']]);
  assert.equal(seen?.body, CALL);
  assert.equal(seen?.request.url, '/mcp?x=1');
  assert.equal(seen?.request.headers['authorization'], 'Bearer upstream-secret');
  assert.equal(seen?.request.headers['mcp-method'], 'tools/call');
  assert.equal(seen?.request.headers['accept-encoding'], 'identity');
  assert.equal(seen?.request.headers['content-type'], 'application/json');
});

test('a header outside the allow-list keeps the whole request from being sent', async (t) => {
  let requests = 0;
  const upstream = await serving(t, () => requests++);
  const result = await upstream.exchange(call({ headers: [['authorization', 'Bearer callers-token']] }));
  assert.deepEqual(result, refused('upstream_invalid', 'no', 'header_not_allowed authorization'));
  assert.equal(requests, 0);
});

test('an intent is sent at most once', async (t) => {
  const upstream = await serving(t, answering(200, JSON_TYPE, ANSWER));
  const request = call();
  await read(answered(await upstream.exchange(request)));
  assert.throws(() => upstream.exchange(request), /already sent/);
});
