import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startAuthorizationServer } from '#test/fakes/authorization-server.ts';

it('a client gets a token for one connection by a code, and goes on by refreshing', async (t) => {
  const server = await startAuthorizationServer(t);
  const { access, refresh } = await server.signIn();
  const again = await server.refresh(refresh);
  assert.equal(again.status, 200, JSON.stringify(again.body));
  assert.notEqual(again.body.access_token, access);
});
