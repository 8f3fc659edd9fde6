import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf } from '#gateway/session-binding.ts';
import { ok } from '#result.ts';
import { beginSession, fakeGateway, forwarded } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

test('with a session ends what waits in it, and what was asked in it is asked no more', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, { headers: { 'mcp-session-id': wireId } });
  const binding = bindingOf(call);
  const expired = Promise.withResolvers<string>();
  const expire = async (_: unknown, reason: string): Promise<void> => expired.resolve(reason);
  gateway.resumables.attach(binding, call, { cut: () => undefined, expire }).wait();
  gateway.asked.ask({ binding, idKey: '1' }, { call: call.id, isReplay: false });
  gateway.asked.released({ binding, idKey: '1' });
  gateway.sessions.end(wireId);
  assert.equal(await expired.promise, 'session_ended');
  assert.equal(gateway.asked.answer({ binding, idKey: '1' }), false);
});
