import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_CODE } from '#oauth/client-metadata.ts';
import { libraryMetadata, registrationAnswer } from '#signin/registration/library-metadata.ts';
import { webMetadata } from '#test/fakes/clients.ts';

test('a client is told what is kept of it, and nothing that is not', () => {
  const metadata = { ...webMetadata(), auth: 'client_secret_post' as const };
  assert.deepEqual(registrationAnswer({ id: 'c1', metadata, secret: 'the secret' }, 5_999), {
    client_id: 'c1',
    client_name: 'Chat',
    application_type: 'native',
    redirect_uris: ['https://chat.example/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
    client_secret: 'the secret',
    client_id_issued_at: 5,
    client_secret_expires_at: 0,
  });
  const open = registrationAnswer({ id: 'c1', metadata: webMetadata(), secret: undefined }, 0);
  assert.equal('client_secret' in open || 'client_secret_expires_at' in open, false);
});

test('a client of codes to type in has no response types, and keys go along', () => {
  const metadata = {
    ...webMetadata(),
    redirects: [],
    grants: [DEVICE_CODE] as const,
    keys: [{ kty: 'EC' }],
    name: undefined,
  };
  const told = libraryMetadata({ id: 'c1', metadata, secret: undefined });
  assert.deepEqual(told['response_types'], []);
  assert.deepEqual(told['jwks'], { keys: [{ kty: 'EC' }] });
  assert.equal('client_name' in told, false);
});
