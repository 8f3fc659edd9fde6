import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginEndpoint } from '#gateway/steps/begin-endpoint.ts';
import { ADA_TOKEN, connected, fakeGateway, must } from '#test/fakes/gateway.ts';

test('a stream is a session of its own, which nobody knows before it is recorded', async () => {
  const gateway = fakeGateway();
  const call = await connected(gateway, { method: 'GET', headers: { 'mcp-protocol-version': '2025-06-18' } });
  const [one, two] = [must(beginEndpoint(call, gateway)), must(beginEndpoint(call, gateway))];
  assert.notEqual(one.session.wireId, two.session.wireId);
  assert.notEqual(one.session.key, one.session.wireId, 'the id that opens it is in no record');
  assert.equal(gateway.sessions.count(), 0);
  assert.deepEqual([one.era, one.protocol, one.resumes], ['legacy', '2025-06-18', undefined]);
  assert.equal(one.reply, one.session.endpoint?.reply);
  assert.doesNotMatch(gateway.masker.maskText(`say ${ADA_TOKEN}`, one.secrets), /token-of-ada/);
});
