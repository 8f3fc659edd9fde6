import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf } from '#gateway/session-binding.ts';
import { respond } from '#gateway/steps/respond.ts';
import { callerKey } from '#identity/caller.ts';
import { ok } from '#result.ts';
import { ADA, answerRecorded, fakeGateway, forwarded, repliedOf, toolCall } from '#test/fakes/gateway.ts';
import { jsonAnswer, sseAnswer } from '#test/fakes/upstream.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'cli', version: '1' } },
};
const accepted = { jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25' } };
const refused = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } };
const owner = (connection: string) => ({ caller: callerKey(ADA), connection });

/** The session id a client is given when `message` is answered so, by a server with this session id. */
async function sessionGiven(message: object, answer: object, sessionId: string | undefined, connection = 'notes') {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(jsonAnswer('', { sessionId }));
  const call = await forwarded(gateway, { message, connection });
  const result = await respond(await answerRecorded(gateway, call, answer), gateway);
  assert.equal(result.ok && result.value.delivery, 'sent');
  const [sent] = repliedOf(call).sent;
  const given = sent?.headers.find(([name]) => name === 'mcp-session-id')?.[1];
  return { gateway, call, given, sent };
}

test("a session begins when the server accepted initialize and gave one; the client gets the gateway's own id", async () => {
  const { gateway, call, given, sent } = await sessionGiven(initialize, accepted, 'upstream-session');
  assert.equal(given, call.session.wireId);
  assert.equal(JSON.stringify(sent).includes('upstream-session'), false);
  assert.equal(gateway.sessions.find(owner('notes'), given ?? '')?.upstreamId, 'upstream-session');
});

test('no session begins by a refused initialize, by another call, or at a server without sessions', async () => {
  assert.equal((await sessionGiven(initialize, refused, 'upstream-session')).given, undefined);
  assert.equal((await sessionGiven(toolCall(), { ...accepted }, 'upstream-session')).given, undefined);
  assert.equal((await sessionGiven(initialize, accepted, undefined)).given, undefined);
});

test('a stream that says something before its answer to initialize has the id in its head, unknown until the answer', async () => {
  const notTheAnswer = { jsonrpc: '2.0', method: 'notifications/message', params: {} };
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([], { sessionId: 'upstream-session' }));
  const call = await forwarded(gateway, { message: initialize });
  await respond(await answerRecorded(gateway, call, notTheAnswer), gateway);
  const { wireId } = call.session;
  assert.deepEqual(repliedOf(call).sent[0]?.headers, [['mcp-session-id', wireId]]);
  assert.equal(gateway.sessions.count(), 0);
  await respond(await answerRecorded(gateway, call, accepted), gateway);
  assert.equal(gateway.sessions.find(owner('notes'), wireId ?? '')?.upstreamId, 'upstream-session');
});

test('an answer to initialize that is asked for again begins no session', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([], { sessionId: 'another' }));
  const call = { ...(await forwarded(gateway, { message: initialize })), resumed: 'closed' as const };
  await respond(await answerRecorded(gateway, call, accepted), gateway);
  assert.equal(gateway.sessions.count(), 0);
});

test('a process has a session though it names none', async () => {
  const { gateway, given } = await sessionGiven(initialize, accepted, undefined, 'process');
  assert.equal(gateway.sessions.find(owner('process'), given ?? '')?.upstreamId, undefined);
  assert.equal(gateway.sessions.count(), 1);
});

test('an answer goes down with the status and the headers the upstream left it', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () =>
    ok(jsonAnswer('', { status: 400, headers: [['mcp-protocol-version', '2025-11-25']] }));
  const call = await forwarded(gateway);
  const answer = await answerRecorded(gateway, call, refused);
  await respond(answer, gateway);
  assert.deepEqual(repliedOf(call).sent, [
    {
      form: 'json',
      status: 400,
      headers: [['mcp-protocol-version', '2025-11-25']],
      body: JSON.stringify(refused),
      contentType: 'application/json',
    },
  ]);
});

/** The event that goes down for an answer which came with an id and a retry time. */
async function eventOfAnswer(headers: Readonly<Record<string, string>>) {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, { headers });
  const answer = await answerRecorded(gateway, call, accepted);
  await respond({ ...answer, heard: { ...answer.heard, sse: { id: 'e1', retryMs: 5 } } }, gateway);
  const [sent] = repliedOf(call).sent;
  return { gateway, call, text: sent?.form === 'event' ? sent.text : '' };
}

test("an answer of a stream goes down as one event with the gateway's own id, which leads back to the server's", async () => {
  const { gateway, call, text } = await eventOfAnswer({});
  const [, id = ''] = /^id: (\S+)\nretry: 5\ndata: (.*)\n\n$/.exec(text) ?? [];
  assert.deepEqual(gateway.eventIds.open(bindingOf(call), id), { call: call.id, upstreamId: 'e1' });
});

test('a modern stream, which cannot be resumed, goes down without ids', async () => {
  const { text } = await eventOfAnswer({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'get_note',
  });
  assert.equal(text, `data: ${JSON.stringify(accepted)}\n\n`);
});

test('what goes down is the masked copy', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const answer = await answerRecorded(gateway, call, accepted);
  await respond({ ...answer, masked: { ...answer.masked, send: Buffer.from('{"masked":1}') } }, gateway);
  const [sent] = repliedOf(call).sent;
  assert.equal(sent?.form === 'json' && sent.body, '{"masked":1}');
});

test('a late message is not released', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const answer = await answerRecorded(gateway, call, { ...accepted, id: 99 });
  assert.equal(answer.role, 'late');
  const result = await respond(answer, gateway);
  assert.equal(result.ok && result.value.delivery, 'gone');
  assert.deepEqual(repliedOf(call).sent, []);
});
