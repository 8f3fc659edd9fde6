import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayListening } from '#gateway/listen.ts';
import { relay } from '#gateway/relay.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import {
  ADA,
  ADA_TOKEN,
  beginSession,
  fakeGateway,
  forwarded,
  listening,
  repliedOf,
  UPSTREAM_SECRET,
} from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';
import { resultFor, silentAnswer, sseAnswer } from '#test/fakes/upstream.ts';
import type { Answered } from '#test/fakes/upstream.ts';

const SAMPLE = '{"jsonrpc":"2.0","id":"s-7","method":"sampling/createMessage","params":{"messages":[]}}';

/** A call in whose stream the server asks for sampling, which is denied, and then answers. */
async function denied(events: readonly string[] = [SAMPLE], taking: Answered = ok(silentAnswer(202))) {
  const gateway = fakeGateway({ serverRequests: { sampling: 'deny' } });
  gateway.upstream.answering = (request) =>
    request.kind === 'response' ? taking : ok(sseAnswer([...events, resultFor(request, { content: [] })]));
  const call = await forwarded(gateway, { headers: { 'MCP-Protocol-Version': '2025-11-25', 'X-Other': 'x' } });
  const run = () => relay(call, gateway);
  const answers = () => gateway.upstream.sent.filter(({ kind }) => kind === 'response');
  const released = () =>
    repliedOf(call)
      .sent.map((sent) => (sent.form === 'event' ? sent.text : sent.form))
      .join('');
  return { gateway, call, run, answers, released };
}

test('a denied request is recorded, answered by the gateway once that is recorded, and the call goes on', async () => {
  const { gateway, call, run, answers, released } = await denied();
  const order: string[] = [];
  gateway.ledger.durable = ({ kind, st }) => void order.push(`${kind} ${st} after ${answers().length} answers`);
  await run();
  assert.deepEqual(order, ['stream late after 0 answers', 'stream up after 0 answers', 'result ok after 1 answers']);
  assert.equal(released().includes('sampling'), false);
  assert.match(released(), /"result":\{"content":\[\]\}/);

  const [asked, reply] = gateway.ledger.entries.slice(-3);
  const { method, connection, session, reason } = headerOf(asked);
  assert.deepEqual(
    [method, connection, session, reason, asked?.call, asked?.ref],
    ['sampling/createMessage', 'notes', call.session.key, 'sampling_denied', call.id, call.intent.n],
  );
  assert.equal(headerOf(reply).caller?.kind, 'gateway');
  assert.deepEqual([reply?.call, reply?.ref, headerOf(reply).reason], [call.id, call.intent.n, 'gateway_reply']);
  assert.match(reply?.payload?.toString() ?? '', /"id":"s-7","error":\{"code":-32601/);
});

test('the answer goes up as a client would send it, with the credential and nothing of the caller', async () => {
  const { run, answers } = await denied();
  await run();
  const [sent, ...more] = answers();
  assert.deepEqual(more, []);
  assert.ok(sent);
  assert.deepEqual([sent.idText, sent.caller, sent.method], ['"s-7"', callerKey(ADA), '']);
  assert.equal(
    sent.body.toString(),
    '{"jsonrpc":"2.0","id":"s-7","error":{"code":-32601,"message":"The client does not take this request"}}',
  );
  assert.deepEqual(sent.headers, [
    ['accept', 'application/json, text/event-stream'],
    ['mcp-protocol-version', '2025-11-25'],
  ]);
  assert.deepEqual(sent.credential, [['authorization', `Bearer ${UPSTREAM_SECRET}`]]);
  assert.equal(JSON.stringify(sent).includes(ADA_TOKEN), false);
});

test('what cannot be recorded is not sent', async () => {
  const { gateway, run, answers } = await denied();
  gateway.ledger.refusing = (entry) => (entry?.st === 'up' ? LATCHED : undefined);
  await run();
  assert.deepEqual(answers(), []);
});

test('a server that does not take the answer is logged, and its call goes on', async () => {
  for (const taking of [
    ok(silentAnswer(404)),
    err({ code: 'upstream_timeout', executed: 'unknown', reason: 'headers' } as const),
  ]) {
    const { gateway, run, released } = await denied([SAMPLE], taking);
    await run();
    assert.match(gateway.logged.map(({ msg }) => msg).join(), /took no answer of the gateway/);
    assert.match(released(), /"result":\{"content":\[\]\}/);
  }
});

test('each request is answered once, many in one call too', async () => {
  const events = Array.from({ length: 100 }, (_, at) => SAMPLE.replace('s-7', `s-${at}`));
  const { gateway, run, answers, released } = await denied(events);
  await run();
  assert.equal(new Set(answers().map(({ idText }) => idText)).size, 100);
  assert.equal(answers().length, 100);
  assert.match(released(), /"result"/);
  assert.equal(shapeOf(gateway.ledger.entries).filter((shape) => shape.startsWith('stream up')).length, 100);
});

test('news of a task waits for no answer and gets none', async () => {
  const news =
    '{"jsonrpc":"2.0","method":"notifications/x","params":{"inputRequests":{"a":{"method":"sampling/createMessage"}}}}';
  const { run, answers, released } = await denied([news]);
  await run();
  assert.deepEqual(answers(), []);
  assert.equal(released().includes('inputRequests'), false);
});

test('on a stream that belongs to no call it is the same, and what the next stream brings again is not answered again', async () => {
  const gateway = fakeGateway({ serverRequests: { sampling: 'deny' } });
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(silentAnswer(202));
  for (let turn = 0; turn < 2; turn += 1) {
    gateway.upstream.listening = () => ok(sseAnswer([SAMPLE]));
    const call = await listening(gateway, { headers: { 'mcp-session-id': wireId } });
    await relayListening(call, gateway);
    assert.equal(JSON.stringify(repliedOf(call).sent).includes('sampling'), false);
  }
  const answers = gateway.upstream.sent.filter(({ kind }) => kind === 'response');
  assert.equal(answers.length, 1);
  const reply = gateway.ledger.entries.find((entry) => headerOf(entry).reason === 'gateway_reply');
  assert.deepEqual([reply?.st, reply?.ref, headerOf(reply).connection], ['up', null, 'notes']);
  const asked = gateway.ledger.entries.filter((entry) => headerOf(entry).reason === 'sampling_denied');
  assert.equal(asked.length, 2, 'recorded each time');
});
