import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimId, releaseId } from '#gateway/steps/claim-id.ts';
import type { SessionOwner } from '#gateway/sessions.ts';
import { approved, beginSession, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';

const calling = (gateway: FakeGateway, wireId: string | undefined, id: unknown, connection = 'notes') =>
  approved(gateway, {
    connection,
    message: { ...toolCall(), id },
    headers: wireId === undefined ? {} : { 'mcp-session-id': wireId },
  });
async function claim(gateway: FakeGateway, wireId: string | undefined, id: unknown, connection?: string) {
  const claimed = claimId(await calling(gateway, wireId, id, connection), gateway);
  return claimed.ok ? 'claimed' : `${claimed.error.code} ${claimed.error.reason}`;
}

test('an id is one request’s in its session until it is answered, however it is spelled', async () => {
  const gateway = fakeGateway();
  const [one, other] = [beginSession(gateway), beginSession(gateway)];
  const first = claimId(await calling(gateway, one.wireId, 7), gateway);
  assert.ok(first.ok);
  for (const id of [7, '7', 7.0]) assert.equal(await claim(gateway, one.wireId, id), 'invalid_request id_in_use');
  assert.equal(await claim(gateway, one.wireId, 8), 'claimed');
  assert.equal(await claim(gateway, other.wireId, 7), 'claimed');
  releaseId(first.value);
  assert.equal(await claim(gateway, one.wireId, 7), 'claimed');
});

test('without a session, and to a process, ids may be those of other requests', async () => {
  const gateway = fakeGateway();
  const owner: Partial<SessionOwner> = { connection: 'process' };
  const { wireId } = beginSession(gateway, owner);
  for (let at = 0; at < 2; at += 1) {
    assert.equal(await claim(gateway, undefined, 7), 'claimed');
    assert.equal(await claim(gateway, wireId, 7, 'process'), 'claimed');
  }
});

test('what was answered under an id is not asked for again once the id is another request’s', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  const before = await calling(gateway, wireId, 7);
  const forgotten: boolean[] = [];
  gateway.resumables.forget = (_caller, binding, isMeant) => {
    forgotten.push(binding.endsWith(wireId), isMeant('7'), isMeant('"7"'), isMeant('8'));
  };
  assert.ok(claimId(before, gateway).ok);
  assert.deepEqual(forgotten, [true, true, true, false]);
});

test('a session whose server leaves too much unanswered ends', async () => {
  const gateway = fakeGateway({ limits: { unansweredPerSession: 2 } });
  const { wireId } = beginSession(gateway);
  for (const id of [1, 2]) assert.equal(await claim(gateway, wireId, id), 'claimed');
  assert.equal(await claim(gateway, wireId, 3), 'unknown_session too_many_unanswered');
  assert.equal(gateway.sessions.count(), 0);
});
