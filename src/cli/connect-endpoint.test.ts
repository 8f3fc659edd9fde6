/** What connect.test.ts does not bring about. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createEndpoint } from '#cli/connect-endpoint.ts';
import type { Asking, Endpoint } from '#cli/connect-endpoint.ts';
import { LIMITS } from '#limits.ts';
import { createPool } from '#upstream/http-pool.ts';
import { systemTimers } from '#upstream/timers.ts';
import { listen } from '#test/fakes/upstream-http.ts';

async function rig(t: TestContext, listener: RequestListener, tokens = ['one']): Promise<Endpoint> {
  const url = await listen(t, createServer(listener));
  const pool = createPool({ url }, LIMITS);
  t.after(() => pool.destroy());
  const source = {
    current: () => tokens[0],
    changedFrom: async () => {
      if (tokens.length > 1) tokens.shift();
      return true;
    },
  };
  return createEndpoint({
    url,
    pool,
    tokens: source,
    limits: { ...LIMITS, messageBytes: 100, connectErrorBytes: 50 },
    timers: systemTimers,
  });
}
const POST: Asking = {
  method: 'POST',
  headers: [],
  body: Buffer.from('{}'),
  timeoutMs: 60_000,
  signal: new AbortController().signal,
};

test('a token that is refused again is not asked with a third time', async (t) => {
  const shown: (string | undefined)[] = [];
  const endpoint = await rig(
    t,
    (request, response) => {
      shown.push(request.headers.authorization);
      response.writeHead(401).end();
    },
    ['one', 'two', 'three'],
  );
  const refused = await endpoint.ask(POST);
  assert.ok(!refused.ok && refused.error.code === 'unauthenticated' && refused.error.executed === 'no');
  assert.deepEqual(shown, ['Bearer one', 'Bearer two']);
});

test('answers and refusals are bounded, compressed ones and ill session ids refused', async (t) => {
  const json = { 'content-type': 'application/json' };
  for (const [status, headers, body, code] of [
    [200, json, `{"a":"${'x'.repeat(200)}"}`, 'upstream_invalid'],
    [400, json, `{"error":{"message":"${'x'.repeat(200)}"}}`, 'invalid_request'],
    [200, { ...json, 'content-encoding': 'gzip' }, '{}', 'upstream_invalid'],
    [200, { ...json, 'mcp-session-id': 'a b' }, '{}', 'upstream_invalid'],
    [202, {}, 'x'.repeat(200), 'upstream_invalid'],
  ] as const) {
    const endpoint = await rig(t, (_request, response) => void response.writeHead(status, headers).end(body));
    const refused = await endpoint.ask(POST);
    assert.ok(!refused.ok, String(status));
    assert.deepEqual([refused.error.code, refused.error.executed], [code, 'unknown']);
  }
});

test('a JSON-RPC error is an answer whatever its status', async (t) => {
  const body = '{"jsonrpc":"2.0","id":1,"error":{}}';
  const endpoint = await rig(
    t,
    (_request, response) => void response.writeHead(400, { 'content-type': 'application/json' }).end(body),
  );
  const answer = await endpoint.ask(POST);
  assert.ok(answer.ok && answer.value.form === 'json');
  assert.deepEqual([answer.value.status, answer.value.bytes.toString()], [400, body]);
});
