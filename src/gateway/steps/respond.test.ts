import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  const notTheAnswer = { jsonrpc: '2.0', method: 'notifications/message', params: {} };
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([], { sessionId: 'upstream-session' }));
  const call = await forwarded(gateway, { message: initialize });
  await respond(await answerRecorded(gateway, call, notTheAnswer), gateway);
  assert.equal(
    repliedOf(call).sent[0]?.headers.some(([name]) => name === 'mcp-session-id'),
    false,
  );
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

test('an answer of a stream goes down as one event, without the id by which it could not be resumed here', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway);
  const answer = await answerRecorded(gateway, call, accepted);
  await respond({ ...answer, heard: { ...answer.heard, sse: { id: 'e1', retryMs: 5 } } }, gateway);
  const [sent] = repliedOf(call).sent;
  assert.equal(sent?.form === 'event' && sent.text, `data: ${JSON.stringify(accepted)}\n\n`);
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
