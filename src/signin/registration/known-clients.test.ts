import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownClients } from '#signin/registration/known-clients.ts';

test('a client that the operator names is taken as it stands there', () => {
  const known = knownClients(
    { chat: { name: 'Chat', redirectUris: ['https://chat.example/cb', 'http://127.0.0.1/cb'] } },
    new Map(),
  ).get('chat');
  assert.deepEqual(
    known?.metadata.redirects.map(({ kind }) => kind),
    ['web', 'loopback'],
  );
  assert.deepEqual([known?.metadata.auth, known?.secret], ['none', undefined]);
});

test('a redirect URI that the check of the configuration let through by mistake is a bug, not a client', () => {
  assert.throws(
    () => knownClients({ chat: { name: 'Chat', redirectUris: ['javascript:x'] } }, new Map()),
    /chat.*scheme/,
  );
});
