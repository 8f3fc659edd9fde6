/** With an endpoint that answers by hand: orders of events that HTTP on loopback does not bring about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bridge } from '#cli/connect-bridge.ts';
import type { Asking, EndpointAnswer } from '#cli/connect-endpoint.ts';
import type { ConnectFailure } from '#cli/connect-failure.ts';
import { LIMITS } from '#limits.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createManualTimers } from '#upstream/timers.ts';

type Sent = Asking & {
  readonly text: string;
  readonly answer: (answer: Result<EndpointAnswer, ConnectFailure>) => void;
};

function rig() {
  const sent: Sent[] = [];
  const lines: string[] = [];
  const bridge = new Bridge({
    endpoint: {
      ask: (asking) => {
        const { promise, resolve } = Promise.withResolvers<Result<EndpointAnswer, ConnectFailure>>();
        sent.push({ ...asking, text: asking.body?.toString() ?? asking.method, answer: resolve });
        return promise;
      },
    },
    limits: LIMITS,
    timers: createManualTimers(),
    write: async (message) => void lines.push(message.toString()),
    say: () => {},
  });
  const say = (message: object) => bridge.receive(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
  return { bridge, sent, lines, say };
}
const settled = () => new Promise(setImmediate);
const json = (body: object, sessionId?: string) =>
  ok<EndpointAnswer>({
    sessionId,
    form: 'json',
    bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })),
    status: 200,
  });
const taken = ok<EndpointAnswer>({ sessionId: undefined, form: 'none' });
const methodOf = ({ text }: Sent): unknown =>
  text.startsWith('{') ? (JSON.parse(text) as { method?: string }).method : text;

test('nothing but answers goes up before initialize is answered, and no call before it is known to be initialized', async () => {
  const { sent, say } = rig();
  await say({ id: 0, method: 'initialize', params: {} });
  await say({ id: 1, method: 'ping' });
  void say({ id: 's', result: {} });
  await settled();
  assert.deepEqual(sent.map(methodOf), ['initialize', undefined]);
  sent[0]?.answer(json({ id: 0, result: { protocolVersion: '2025-11-25' } }, 'session-1'));
  sent[1]?.answer(taken);
  await settled();
  assert.deepEqual(sent.map(methodOf), ['initialize', undefined, 'ping']);
  assert.deepEqual(sent[2]?.headers, [
    ['mcp-session-id', 'session-1'],
    ['mcp-protocol-version', '2025-11-25'],
  ]);
  let isRead = false;
  void say({ method: 'notifications/initialized' }).then(() => (isRead = true));
  await settled();
  assert.equal(isRead, false, 'the next line waits');
  sent[3]?.answer(taken);
  await settled();
  assert.equal(isRead, true);
  assert.equal(sent[4]?.method, 'GET');
});

test('a second initialize begins anew: without the old session, whose stream is closed', async () => {
  const { sent, say } = rig();
  await say({ id: 0, method: 'initialize', params: {} });
  await settled();
  sent[0]?.answer(json({ id: 0, result: { protocolVersion: '2025-11-25' } }, 'session-1'));
  const initialized = say({ method: 'notifications/initialized' });
  await settled();
  sent[1]?.answer(taken);
  await initialized;
  await settled();
  await say({ id: 1, method: 'initialize', params: {} });
  await settled();
  assert.deepEqual(sent.at(-1)?.headers, []);
  assert.equal(sent[2]?.method, 'GET');
  assert.equal(sent[2]?.signal.aborted, true);
});

test('a revision that cannot be a header is refused, not sent', async () => {
  const { sent, lines, say } = rig();
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28\r\nX: y' };
  await say({ id: 1, method: 'tools/list', params: { _meta } });
  await settled();
  assert.equal(sent.length, 0);
  assert.match(lines[0] ?? '', /invalid_request/);
});

test('after a cancellation nothing of a modern call is shown', async () => {
  const { sent, lines, say } = rig();
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  await say({ id: 1, method: 'tools/call', params: { name: 'x', _meta } });
  await settled();
  await say({ method: 'notifications/cancelled', params: { requestId: 1, _meta } });
  assert.equal(sent[0]?.signal.aborted, true);
  sent[0]?.answer(json({ id: 1, result: {} }));
  await settled();
  assert.deepEqual(lines, []);
  assert.equal(sent.length, 1);
});
