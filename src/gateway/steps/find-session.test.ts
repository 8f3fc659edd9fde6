import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerKey } from '#identity/caller.ts';
import { ADA, ADA_TOKEN, GRACE, GRACE_TOKEN, beginSession, fakeGateway, sessionFound } from '#test/fakes/gateway.ts';

test('a client listens in its own session, as the revision its session agreed on unless it says otherwise', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  const found = await sessionFound(gateway, { headers: { 'mcp-session-id': wireId } });
  assert.deepEqual([found.session.upstreamId, found.protocol], ['upstream-session', '2025-11-25']);
  const said = { 'mcp-session-id': wireId, 'mcp-protocol-version': '2025-06-18' };
  assert.equal((await sessionFound(gateway, { headers: said })).protocol, '2025-06-18');
});

test("a session that is unknown, another caller's, or named twice is not found", async () => {
  const gateway = fakeGateway();
  const own = beginSession(gateway).wireId;
  const graces = beginSession(gateway, { caller: callerKey(GRACE) }).wireId;
  const cases = [
    ['nobody', ADA_TOKEN],
    [graces, ADA_TOKEN],
    [own, GRACE_TOKEN],
    [[own, own], ADA_TOKEN],
    ['', ADA_TOKEN],
  ] as const;
  for (const [id, token] of cases)
    await assert.rejects(sessionFound(gateway, { token, headers: { 'mcp-session-id': id } }), /unknown_session/);
});

test('without a session a client listens where its other calls without one are recorded', async () => {
  const gateway = fakeGateway();
  const owner = { caller: callerKey(ADA), connection: 'notes', client: ADA.client };
  const { session } = await sessionFound(gateway);
  assert.equal(session.key, gateway.sessions.grouped(owner, `${ADA.client}\n`).key);
});

test("the caller's token is among the secrets that are masked on the stream", async () => {
  const gateway = fakeGateway();
  const { secrets } = await sessionFound(gateway);
  assert.doesNotMatch(gateway.masker.maskText(`say ${ADA_TOKEN}`, secrets), /token-of-ada/);
});
