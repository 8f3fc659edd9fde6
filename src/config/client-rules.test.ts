import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkClients } from '#config/client-rules.ts';

const pathsOf = (clients: Record<string, unknown>): readonly string[] =>
  checkClients({ signIn: { clients } }).map(({ path }) => path.join('.'));

it('clients and networks that are what they say are no problem', () => {
  const known = {
    chat: { name: 'Chat', redirectUris: ['https://chat.example.com/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb'] },
    desk: { name: 'Desk', redirectUris: ['cursor://desk/cb'] },
  };
  assert.deepEqual(pathsOf({ known, documents: { networks: ['10.20.0.0/16', '127.0.0.2'] } }), []);
  assert.deepEqual(checkClients({}), []);
});

it('redirect URIs that are none, names that pass for another and networks that are none are told at their place', () => {
  const known = {
    a: { name: 'Chat', redirectUris: ['https://chat.example.com/cb', 'http://chat.example.com/cb', 'javascript:x'] },
    b: { name: 'Ch4t', redirectUris: ['https://other.example.com/cb'] },
    c: { name: 'Gatebook', redirectUris: [] },
  };
  assert.deepEqual(pathsOf({ known, documents: { networks: ['10.0.0.0/8', 'intranet'] } }), [
    'signIn.clients.documents.networks.1',
    'signIn.clients.known.a.redirectUris.1',
    'signIn.clients.known.a.redirectUris.2',
    'signIn.clients.known.b.name',
    'signIn.clients.known.c.name',
  ]);
});
