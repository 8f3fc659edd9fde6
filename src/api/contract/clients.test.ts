import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getClient, listClients } from '#api/contract/clients.ts';
import { handleOf } from '#oauth/registered-client.ts';

test('every handle that is given out is one that is taken', () => {
  for (const id of ['c-0123456789abcdef0123456789abcdef', 'https://chat.example/client.json']) {
    assert.equal(getClient.params.safeParse({ id: handleOf(id) }).success, true, id);
    assert.equal(listClients.query.safeParse({ after: handleOf(id) }).success, true, id);
  }
  for (const id of ['https://chat.example/', '../events', '', 'C-1'])
    assert.equal(getClient.params.safeParse({ id }).success, false, id);
});
