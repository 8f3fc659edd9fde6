import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayListening } from '#gateway/listen.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { err, ok } from '#result.ts';
import type { UpstreamAnswer } from '#upstream/port.ts';
import { beginSession, fakeGateway, forwarded, listening, repliedOf } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { eventOf, jsonAnswer, silentAnswer, sseAnswer, streamAnswer } from '#test/fakes/upstream.ts';
import type { Item } from '#test/fakes/upstream.ts';

const CHANGED = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';

async function opened(
  gateway: FakeGateway,
  answer: UpstreamAnswer,
  headers: Record<string, string> = {},
  gone?: AbortSignal,
) {
  gateway.upstream.listening = () => ok(answer);
  const { wireId } = beginSession(gateway);
  return listening(gateway, {
    headers: { 'mcp-session-id': wireId, ...headers },
    ...(gone === undefined ? {} : { gone }),
  });
}
const sentOn = (call: Parameters<typeof repliedOf>[0]): string[] =>
  repliedOf(call).sent.map((one) =>
    one.form === 'event' ? one.text.replace(/^data: /, '').trimEnd() : `${one.form} ${one.status}`,
  );
const endOf = (gateway: FakeGateway) => {
  const entry = gateway.ledger.entries.at(-1);
  const { reason, code, detail } = headerOf(entry);
  return { st: entry?.st, reason, code, messages: detail?.['messages'] };
};

/** Says what it is told to, and ends like a cut exchange when it is. */
async function* until(signal: AbortSignal, ...first: Item[]): AsyncIterable<Item> {
  yield* first;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  yield err({ code: 'upstream_unavailable', executed: 'unknown', reason: 'aborted' });
}
const talking = (gateway: FakeGateway, ...first: Item[]): UpstreamAnswer =>
  streamAnswer(
    (async function* talk() {
      const signal = gateway.upstream.listened.at(-1)?.signal ?? assert.fail('nobody listens');
      yield* until(signal, ...first);
    })(),
  );

test('the head goes out at once, each message after its record, and the end is in the book with their count', async () => {
  const gateway = fakeGateway();
  const call = await opened(gateway, sseAnswer([CHANGED, CHANGED]));
  await relayListening(call, gateway);
  assert.deepEqual(sentOn(call), [CHANGED, CHANGED]);
  assert.equal(repliedOf(call).opened, true);
  assert.deepEqual(shapeOf(gateway.ledger.entries), [
    'control listen',
    'stream down',
    'stream down',
    'control listen_end',
  ]);
  assert.deepEqual(endOf(gateway), { st: 'listen_end', reason: 'server_ended', code: undefined, messages: 2 });
  assert.equal(repliedOf(call).ended, true);
});

test('a server without a stream is passed on as one: 405, also when it says so with a message', async () => {
  const gateway = fakeGateway();
  const silent = await opened(gateway, silentAnswer(405));
  await relayListening(silent, gateway);
  assert.deepEqual([sentOn(silent), endOf(gateway).reason], [['json 405'], 'no_stream']);
  const no = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}';
  const saying = await opened(gateway, jsonAnswer(no, { status: 400 }));
  await relayListening(saying, gateway);
  assert.deepEqual([sentOn(saying), endOf(gateway).reason], [['json 400'], 'status_400']);
  // SDK v1 servers put an id there that nobody asked with.
  const named = await opened(gateway, jsonAnswer(no.replace('null', '"server-error"'), { status: 400 }));
  await relayListening(named, gateway);
  assert.deepEqual([sentOn(named), endOf(gateway).reason], [['json 400'], 'no_stream_400']);
});

test('a server that no longer knows the session ends it here', async () => {
  for (const answer of [
    silentAnswer(404),
    jsonAnswer('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"gone"}}', { status: 404 }),
  ]) {
    const gateway = fakeGateway();
    const call = await opened(gateway, answer);
    await relayListening(call, gateway);
    assert.deepEqual([sentOn(call), gateway.sessions.count()], [['json 404'], 0]);
  }
});

test('a stream ends with its session, its client, its caller and the gateway, each with its reason', async () => {
  const ends: [string, (gateway: FakeGateway, wireId: string, leave: () => void) => void][] = [
    ['session_ended', (gateway, wireId) => gateway.sessions.end(wireId)],
    ['client_gone', (_gateway, _wireId, leave) => leave()],
    [
      'revoked',
      (gateway) => {
        gateway.identity.rechecking = () => err('revoked');
        gateway.admission.endOver();
      },
    ],
    [
      'no_grant',
      (gateway) => {
        gateway.replaceBy({ ...gateway, policy: { ...gateway.policy, hasGrant: () => false } });
        gateway.admission.endOver();
      },
    ],
    ['draining', (gateway) => gateway.drain()],
    ['cut_short', (gateway) => gateway.stop()],
  ];
  for (const [reason, end] of ends) {
    const gateway = fakeGateway();
    const gone = new AbortController();
    const call = await opened(gateway, talking(gateway), {}, gone.signal);
    const relayed = relayListening(call, gateway);
    await new Promise((turn) => setImmediate(turn));
    end(gateway, call.session.wireId ?? '', () => gone.abort());
    await relayed;
    assert.equal(endOf(gateway).reason, reason);
    assert.equal(repliedOf(call).ended, true);
  }
});

test('a process that is gone takes the session with it', async () => {
  const gateway = fakeGateway();
  const lost = { code: 'upstream_unavailable', executed: 'unknown', reason: 'session_lost' } as const;
  await relayListening(await opened(gateway, sseAnswer([lost])), gateway);
  assert.deepEqual([endOf(gateway).reason, gateway.sessions.count()], ['session_lost', 0]);
});

test('a message that is none ends the stream, and nothing after it is released', async () => {
  const gateway = fakeGateway();
  const call = await opened(gateway, sseAnswer([CHANGED, '{"id":1}', CHANGED]));
  await relayListening(call, gateway);
  assert.deepEqual([sentOn(call), endOf(gateway).code], [[CHANGED], 'upstream_invalid']);
});

/** A GET that resumes a call of its session, which waited or was over. */
async function resuming(gateway: FakeGateway, state: 'open' | 'closed', answer: UpstreamAnswer) {
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, { headers: { 'mcp-session-id': wireId } });
  const attachment = gateway.resumables.attach(bindingOf(call), call, {
    cut: () => undefined,
    expire: async () => undefined,
  });
  if (state === 'open') attachment.wait();
  else attachment.close();
  const id = gateway.eventIds.seal(bindingOf(call), { call: call.id, upstreamId: 'e1' }) ?? assert.fail('not sealed');
  gateway.upstream.listening = () => ok(answer);
  const resumed = await listening(gateway, { headers: { 'mcp-session-id': wireId, 'last-event-id': id } });
  return { call, resumed };
}

test('the answer to a call that waited arrives on the stream that resumes it, and closes exactly its intent', async () => {
  const gateway = fakeGateway();
  const { call, resumed } = await resuming(gateway, 'open', sseAnswer([CHANGED, RESULT]));
  gateway.advance(1_500);
  await relayListening(resumed, gateway);
  assert.deepEqual(sentOn(resumed), [CHANGED, RESULT]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), [
    'intent open',
    'control listen',
    'stream down of 0',
    'result ok of 0',
    'control listen_end',
  ]);
  const result = gateway.ledger.entries[3];
  assert.equal(result?.call, call.id);
  assert.deepEqual([headerOf(result).resumed, headerOf(result).durationMs], ['a:0', 1_500]);
});

test('what a call that is over is asked for again is released, and recorded as resumed without a second result', async () => {
  const gateway = fakeGateway();
  const { call, resumed } = await resuming(gateway, 'closed', sseAnswer([CHANGED, RESULT]));
  await relayListening(resumed, gateway);
  assert.deepEqual(sentOn(resumed), [CHANGED, RESULT]);
  const replayed = gateway.ledger.entries.slice(2, 4);
  assert.deepEqual(shapeOf(replayed), ['stream down', 'stream down']);
  assert.deepEqual(
    replayed.map((entry) => [entry.call, headerOf(entry).resumed]),
    [
      [call.id, 'a:0'],
      [call.id, 'a:0'],
    ],
  );
});

test('a replayed list shows no more than the list itself did', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const call = await forwarded(gateway, { message, headers: { 'mcp-session-id': wireId } });
  gateway.resumables.attach(bindingOf(call), call, { cut: () => undefined, expire: async () => undefined }).close();
  const id = gateway.eventIds.seal(bindingOf(call), { call: call.id, upstreamId: 'e1' }) ?? assert.fail('not sealed');
  const list = { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'get_note' }, { name: 'drop_table' }] } };
  gateway.upstream.listening = () =>
    ok(
      streamAnswer(
        (async function* one() {
          yield eventOf(JSON.stringify(list));
        })(),
      ),
    );
  const resumed = await listening(gateway, { headers: { 'mcp-session-id': wireId, 'last-event-id': id } });
  await relayListening(resumed, gateway);
  assert.match(sentOn(resumed).join(''), /get_note/);
  assert.doesNotMatch(sentOn(resumed).join(''), /drop_table/);
});
