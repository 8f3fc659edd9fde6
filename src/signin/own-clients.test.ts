import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CLI_CLIENT_ID, NO_CLIENTS, withOwnClients } from '#signin/own-clients.ts';
import { EDITOR, fakeClients } from '#test/fakes/authorization-server.ts';

it('the command line is always a client, whoever else claims its name', async () => {
  const impostor = { ...EDITOR, client_id: CLI_CLIENT_ID, redirect_uris: ['https://evil.example/'] };
  const clients = withOwnClients(fakeClients(impostor, EDITOR));
  const found = await clients.find(CLI_CLIENT_ID);
  assert.deepEqual(found?.ok === true ? found.value['redirect_uris'] : found, [
    'http://127.0.0.1/callback',
    'http://[::1]/callback',
  ]);
  assert.deepEqual(clients.standing(CLI_CLIENT_ID), { is: 'allowed' });
  assert.equal((await clients.find('editor'))?.ok, true);
  assert.deepEqual(clients.standing('editor'), { is: 'allowed' });
});

it('where nobody registers there is nobody else', async () => {
  const clients = withOwnClients(NO_CLIENTS);
  assert.equal(await clients.find('editor'), undefined);
  assert.equal(clients.standing('editor'), undefined);
  assert.equal(clients.isSecretOf('a', 'a'), false);
});
