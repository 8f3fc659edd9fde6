import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { CallMessages } from '#upstream/call-messages.ts';
import { Listeners } from '#upstream/listeners.ts';
import { createManualTimers } from '#upstream/timers.ts';

const CHANGED = Buffer.from('changed');
const LOST = { code: 'upstream_unavailable', executed: 'unknown', reason: 'session_lost' } as const;

function initialize(capabilities: object): RequestMessage {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { capabilities } });
  const doc = parseJson(Buffer.from(text), { depth: 16, nodes: 100 });
  const message = doc.ok ? readMessage(doc.value) : assert.fail('no JSON');
  return message.ok && message.value.kind === 'request' ? message.value : assert.fail('no request');
}

function listening(...sessions: string[]) {
  const listeners = new Listeners(8);
  let queued = 0;
  const streams = sessions.map((session) => {
    const stream = new CallMessages({
      timers: createManualTimers(),
      onQueued: (bytes) => void (queued += bytes),
      onOverdue: () => undefined,
    });
    listeners.add(session, stream);
    return stream;
  });
  return { listeners, streams, queued: () => queued };
}
/** What waits on a stream, which is then over. */
async function heardOn(stream: CallMessages): Promise<string[]> {
  stream.push(Buffer.from('last'), true);
  const texts: string[] = [];
  for (;;) {
    const next = await stream.read(undefined);
    if (!next.ok) return [...texts, next.error.reason];
    if (next.value === null) return texts;
    if (next.value.toString() !== 'last') texts.push(next.value.toString());
  }
}

test('a notification reaches each session once, on its newest stream', async () => {
  const { listeners, streams } = listening('a', 'b', 'a');
  assert.equal(listeners.notify(CHANGED), true);
  assert.deepEqual(await Promise.all(streams.map(heardOn)), [[], ['changed'], ['changed']]);
});

test('with nobody listening nothing is delivered', () => {
  const { listeners, streams } = listening('a');
  for (const stream of streams) listeners.remove(stream);
  assert.deepEqual(
    [listeners.isEmpty, listeners.notify(CHANGED), listeners.ask('ping', CHANGED)],
    [true, false, undefined],
  );
});

test('a request reaches the newest session whose client declared that it answers such, and no other', async () => {
  const { listeners, streams } = listening('a', 'b', 'c');
  listeners.declare('a', initialize({ roots: {} }));
  listeners.declare('b', initialize({ roots: {}, sampling: {} }));
  listeners.declare('c', initialize({ sampling: {} }));
  assert.equal(listeners.ask('roots/list', Buffer.from('roots')), 'b');
  assert.equal(listeners.ask('elicitation/create', CHANGED), undefined);
  assert.equal(listeners.ask('x/unknown', CHANGED), undefined);
  assert.equal(listeners.ask('ping', Buffer.from('ping')), 'c');
  assert.deepEqual(await Promise.all(streams.map(heardOn)), [[], ['roots'], ['ping']]);
});

test('a session that is over hears that it is, and can no longer be asked', async () => {
  const { listeners, streams } = listening('a', 'b');
  listeners.declare('a', initialize({ roots: {} }));
  listeners.forget('a', LOST);
  assert.equal(listeners.ask('roots/list', CHANGED), undefined);
  assert.deepEqual(await Promise.all(streams.map(heardOn)), [['session_lost'], []]);
});

test('the end of the server ends all streams', async () => {
  const { listeners, streams } = listening('a', 'b');
  listeners.end(LOST);
  assert.deepEqual(await Promise.all(streams.map(heardOn)), [['session_lost'], ['session_lost']]);
});
