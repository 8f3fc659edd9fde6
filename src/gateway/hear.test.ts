import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear, passFrame } from '#gateway/hear.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { ok } from '#result.ts';
import { beginSession, fakeGateway, forwarded, listening, repliedOf } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { LATCHED, shapeOf } from '#test/fakes/ledger.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const message = (value: object) => ({ bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })), sse: {} });
const ELICIT = message({ id: 5, method: 'elicitation/create', params: {} });

async function streamOf(gateway: FakeGateway) {
  gateway.upstream.listening = () => ok(sseAnswer([]));
  const { wireId } = beginSession(gateway);
  return listening(gateway, { headers: { 'mcp-session-id': wireId } });
}
const rolesOf = async (gateway: FakeGateway, call: Parameters<typeof hear>[0], ...said: (typeof ELICIT)[]) => {
  const roles: string[] = [];
  for (const one of said) {
    const done = await hear(call, one, false, gateway);
    roles.push(done.ok ? done.value.role : 'refused');
  }
  return roles;
};

test('on a stream of no call requests and notifications are recorded and released, and a response is not', async () => {
  const gateway = fakeGateway();
  const call = await streamOf(gateway);
  const changed = message({ method: 'notifications/tools/list_changed' });
  const response = message({ id: 1, result: { content: [] } });
  assert.deepEqual(await rolesOf(gateway, call, changed, ELICIT, response), ['during', 'during', 'late']);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control listen', 'stream down', 'stream down', 'stream late']);
  assert.equal(repliedOf(call).sent.length, 2);
});

test('a request under an id that is still open in the session is late, on whichever stream it comes', async () => {
  const gateway = fakeGateway();
  const call = await streamOf(gateway);
  const wireId = call.session.wireId ?? '';
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const post = await forwarded(gateway, { headers: { 'mcp-session-id': wireId } });
  assert.deepEqual(await rolesOf(gateway, call, ELICIT), ['during']);
  assert.deepEqual(await rolesOf(gateway, post, ELICIT), ['late']);
  assert.equal(gateway.asked.answer({ binding: bindingOf(call), idKey: '5' }), true);
  assert.deepEqual(await rolesOf(gateway, post, ELICIT), ['during']);
});

test('a request that was not released is not open', async () => {
  const gateway = fakeGateway();
  const call = await streamOf(gateway);
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await rolesOf(gateway, call, ELICIT), ['refused']);
  assert.equal(gateway.asked.answer({ binding: bindingOf(call), idKey: '5' }), false);
  gateway.ledger.refusing = () => undefined;
  assert.deepEqual(await rolesOf(gateway, call, ELICIT), ['during']);
});

test('a frame without a message goes down with its id sealed and its time, and nothing of a frame without either', async () => {
  const gateway = fakeGateway();
  const call = await streamOf(gateway);
  await passFrame(call, { bytes: Buffer.alloc(0), sse: {} }, gateway);
  await passFrame(call, { bytes: Buffer.alloc(0), sse: { id: 'e1', retryMs: 700 } }, gateway);
  const [sent, ...more] = repliedOf(call).sent;
  const [, id = ''] = /^id: (\S+)\nretry: 700\ndata: \n\n$/.exec(sent?.form === 'event' ? sent.text : '') ?? [];
  assert.deepEqual([gateway.eventIds.open(bindingOf(call), id)?.upstreamId, more], ['e1', []]);
});
