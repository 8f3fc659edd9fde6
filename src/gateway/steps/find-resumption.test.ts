import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, sessionBinding } from '#gateway/session-binding.ts';
import { ok } from '#result.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import {
  beginSession,
  fakeGateway,
  forwarded,
  GRACE,
  GRACE_TOKEN,
  listenAsked,
  sessionFound,
} from '#test/fakes/gateway.ts';
import { callerKey } from '#identity/caller.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const inSession = (wireId: string, lastId?: string | readonly string[]) => ({
  headers: { 'mcp-session-id': wireId, 'last-event-id': lastId },
});

/** An event id as Ada was given it in this session. */
async function idGiven(gateway: FakeGateway, wireId: string, call?: string): Promise<string> {
  const found = await sessionFound(gateway, inSession(wireId));
  const id = gateway.eventIds.seal(sessionBinding(found, wireId), { call, upstreamId: 'e7' });
  return id ?? assert.fail('not sealed');
}

test('without an id, or with an empty one, nothing is resumed', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  assert.equal((await listenAsked(gateway, inSession(wireId))).resumes, undefined);
  assert.equal((await listenAsked(gateway, inSession(wireId, ''))).resumes, undefined);
});

test("an id that was given in this session stands for the server's own", async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  const { resumes } = await listenAsked(gateway, inSession(wireId, await idGiven(gateway, wireId)));
  assert.deepEqual(resumes, { call: undefined, upstreamId: 'e7' });
});

test('one that was made up, given to another session or caller, or sent twice is refused', async () => {
  const gateway = fakeGateway();
  const [own, other] = [beginSession(gateway).wireId, beginSession(gateway).wireId];
  const graces = beginSession(gateway, { caller: callerKey(GRACE) }).wireId;
  const id = await idGiven(gateway, own);
  await assert.rejects(listenAsked(gateway, inSession(own, 'e7')), /invalid_request event_id/);
  await assert.rejects(listenAsked(gateway, inSession(other, id)), /invalid_request event_id/);
  await assert.rejects(
    listenAsked(gateway, { ...inSession(graces, id), token: GRACE_TOKEN }),
    /invalid_request event_id/,
  );
  await assert.rejects(listenAsked(gateway, inSession(own, [id, id])), /invalid_request event_id/);
});

test('the id of a call resumes it while the call is remembered', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, inSession(wireId));
  const id = await idGiven(gateway, wireId, call.id);
  await assert.rejects(listenAsked(gateway, inSession(wireId, id)), /invalid_request call_forgotten/);
  gateway.resumables.attach(bindingOf(call), call, { cut: () => undefined, expire: async () => undefined });
  assert.equal((await listenAsked(gateway, inSession(wireId, id))).resumes?.call, call.id);
});
