import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err, ok } from '#result.ts';
import { beginSession, EVE_TOKEN, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import { headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { jsonAnswer, sseAnswer } from '#test/fakes/upstream.ts';

const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"big":12345678901234567890}}';

test('a call is answered with what the server said, byte for byte, between an intent and its result', async (t) => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(jsonAnswer(RESULT));
  const { ask } = await listenGateway(t, gateway);
  const answer = await ask();
  assert.deepEqual([answer.status, answer.text], [200, RESULT]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result ok of 0']);
  assert.equal(gateway.admission.inFlight(), 0);
});

test('after a refusal at any step nothing goes up, and its place is free again', async (t) => {
  const gateway = fakeGateway({ limits: { messageBytes: 2_000 } });
  const { ask } = await listenGateway(t, gateway);
  const cases = [
    [{ headers: { origin: 'https://evil.example' } }, 403],
    [{ headers: { authorization: 'Bearer nobody' } }, 401],
    [{ path: '/mcp/private' }, 404],
    [{ headers: { authorization: `Bearer ${EVE_TOKEN}` } }, 404],
    [{ body: ' '.repeat(3_000) }, 413],
    [{ body: '{' }, 400],
    [{ headers: { 'mcp-session-id': 'x' } }, 404],
    [{ body: JSON.stringify(toolCall('drop_table')) }, 200],
    [{ body: JSON.stringify(toolCall('delete_note')) }, 200],
    [{ method: 'GET' }, 406],
    [{ method: 'GET', headers: { accept: 'text/event-stream', 'mcp-session-id': 'x' } }, 404],
    [{ method: 'PUT' }, 405],
    [{ method: 'DELETE' }, 404],
  ] as const;
  for (const [outgoing, status] of cases) {
    const answer = await ask(outgoing);
    assert.equal(answer.status, status, JSON.stringify(outgoing).slice(0, 80));
    assert.equal(typeof answer.headers['x-gatebook-call'], 'string');
    assert.equal(gateway.admission.inFlight(), 0);
  }
  assert.deepEqual(gateway.upstream.sent, []);
  const others = gateway.ledger.entries.filter(({ kind }) => kind !== 'denied');
  assert.deepEqual(
    others.map(({ st }) => st),
    ['approval_requested'],
  );
});

test('the id of a request that never reached its server is free, that of one that may have is not', async (t) => {
  const gateway = fakeGateway();
  const { ask } = await listenGateway(t, gateway);
  const headers = { 'mcp-session-id': beginSession(gateway).wireId };
  for (const [executed, statuses] of [
    ['no', [502, 502]],
    ['unknown', [502, 400]],
  ] as const) {
    gateway.upstream.answering = () => err({ code: 'upstream_unavailable', executed, reason: 'down' });
    for (const status of statuses) assert.equal((await ask({ headers })).status, status, executed);
  }
});

test('a bug inside is an error without words of it, is logged, and takes the next call no harm', async (t) => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => {
    throw new Error('internal-detail');
  };
  const { ask } = await listenGateway(t, gateway);
  const answer = await ask();
  assert.equal(answer.status, 500);
  assert.match(answer.text, /"code":"internal","executed":"unknown"/);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result error of 0']);
  assert.equal(answer.text.includes('internal-detail'), false);
  assert.equal(gateway.logged.filter(({ level }) => level === 50).length, 1);
  assert.equal(gateway.admission.inFlight(), 0);
  gateway.upstream.answering = () => ok(jsonAnswer(RESULT));
  assert.equal((await ask()).status, 200);
});

test('a client that leaves aborts a modern call on its way', async (t) => {
  const gateway = fakeGateway();
  const { open } = await listenGateway(t, gateway);
  const cancelled = new Promise<void>((resolve) => {
    gateway.upstream.answering = (request) => {
      client.destroy();
      return new Promise((answer) => {
        request.signal.addEventListener('abort', () => {
          resolve();
          answer({ ok: false, error: { code: 'upstream_unavailable', executed: 'unknown', reason: 'aborted' } });
        });
      });
    };
  });
  const client = open({
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'get_note' },
  });
  client.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    gateway.ledger.durable = ({ kind }) => (kind === 'result' ? resolve() : undefined);
  });
  await cancelled;
  await closed;
  assert.deepEqual(shapeOf(gateway.ledger.entries).length, 2);
});

test('a stream ends when its call is answered', async (t) => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([RESULT]));
  const { ask } = await listenGateway(t, gateway);
  const answer = await ask();
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  assert.equal(answer.text, `data: ${RESULT}\n\n`);
  assert.equal(headerOf(gateway.ledger.entries[1]).upstreamStatus, 200);
});
