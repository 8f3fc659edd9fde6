import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_CODE, parseClientMetadata, readMembers } from '#oauth/client-metadata.ts';
import type { ClientMetadata } from '#oauth/client-metadata.ts';

const DOCUMENT = 'https://claude.ai/client.json';
const read = (value: object | string, documentUrl?: string) => {
  const members = readMembers(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  return members.ok ? parseClientMetadata(members.value, { documentUrl, knownNames: ['Robot'] }) : members;
};
const metadata = (value: object, documentUrl?: string): ClientMetadata => {
  const result = read(value, documentUrl);
  return result.ok ? result.value : assert.fail(result.error.reason);
};
const reason = (value: object | string, documentUrl?: string): string => {
  const result = read(value, documentUrl);
  return result.ok ? 'taken' : `${result.error.error} ${result.error.reason}`;
};
const WEB = { client_name: 'Claude', redirect_uris: ['https://claude.ai/cb'] };
const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one' };

test('of what a client says only what is known and bounded is kept', () => {
  const taken = metadata({
    ...WEB,
    grant_types: ['authorization_code', 'implicit', 'password'],
    response_types: ['code', 'token'],
    token_endpoint_auth_method: 'none',
    logo_uri: 'https://evil.example/pixel.png',
    client_uri: 'https://evil.example/',
    jwks_uri: 'http://169.254.169.254/',
    sector_identifier_uri: 'https://evil.example/',
    scope: 'admin',
    client_id: 'mine',
    registration_access_token: 'x',
  });
  assert.deepEqual(taken, {
    name: 'Claude',
    redirects: [{ kind: 'web', uri: 'https://claude.ai/cb', host: 'claude.ai' }],
    auth: 'none',
    grants: ['authorization_code', 'refresh_token'],
    keys: [],
  });
});

test('what a registration leaves out is as the RFC says, and as a document can have it', () => {
  assert.equal(metadata(WEB).auth, 'client_secret_basic');
  assert.equal(metadata(WEB, DOCUMENT).auth, 'none');
  assert.equal(metadata({ redirect_uris: WEB.redirect_uris }).name, undefined);
  assert.deepEqual(metadata({ client_name: 'TV', grant_types: [DEVICE_CODE] }).grants, [DEVICE_CODE, 'refresh_token']);
});

test('a key is kept with its public members alone', () => {
  const taken = metadata(
    {
      ...WEB,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...KEY, x5u: 'https://evil.example/' }] },
    },
    DOCUMENT,
  );
  assert.deepEqual(taken.keys, [KEY]);
});

test('what is not right is refused with a reason, and nothing of it is quoted', () => {
  const key = (one: unknown) => ({ ...WEB, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [one] } });
  const cases: readonly (readonly [object | string, string, string?])[] = [
    ['{"a":1,"a":2}', 'invalid_client_metadata no_json'],
    ['[]', 'invalid_client_metadata no_object'],
    ['nonsense', 'invalid_client_metadata no_json'],
    [{ pad: 'x'.repeat(17_000) }, 'invalid_client_metadata too_large'],
    [`${'['.repeat(50)}${']'.repeat(50)}`, 'invalid_client_metadata no_json'],
    [{}, 'invalid_redirect_uri redirect_missing'],
    [{ redirect_uris: 'https://claude.ai/cb' }, 'invalid_redirect_uri redirect_no_texts'],
    [{ redirect_uris: [7] }, 'invalid_redirect_uri redirect_no_texts'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri redirect_scheme'],
    [
      { redirect_uris: Array.from({ length: 21 }, (_, at) => `https://claude.ai/${at}`) },
      'invalid_redirect_uri redirect_too_many',
    ],
    [{ ...WEB, client_name: 7 }, 'invalid_client_metadata name_no_text'],
    [{ ...WEB, client_name: 'Gatebook' }, 'invalid_client_metadata name_looks_like_gatebook'],
    [{ ...WEB, client_name: 'r0bot' }, 'invalid_client_metadata name_looks_like_known'],
    [{ redirect_uris: WEB.redirect_uris }, 'invalid_client_metadata name_missing', DOCUMENT],
    [{ ...WEB, grant_types: ['client_credentials'] }, 'invalid_client_metadata grant_types'],
    [{ ...WEB, grant_types: 'authorization_code' }, 'invalid_client_metadata grant_types'],
    [{ ...WEB, response_types: ['token'] }, 'invalid_client_metadata response_types'],
    [{ ...WEB, token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata auth_method'],
    [
      { ...WEB, token_endpoint_auth_method: 'client_secret_post' },
      'invalid_client_metadata secret_in_document',
      DOCUMENT,
    ],
    [{ ...WEB, client_secret: 'x' }, 'invalid_client_metadata secret_in_document', DOCUMENT],
    [
      { ...WEB, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://claude.ai/k' },
      'invalid_client_metadata keys_missing',
      DOCUMENT,
    ],
    [key({ ...KEY, d: 'private' }), 'invalid_client_metadata key'],
    [key({ kty: 'oct', k: 'shared' }), 'invalid_client_metadata key'],
    [key('text'), 'invalid_client_metadata key'],
    [key({ ...KEY, x: 'x'.repeat(3_000) }), 'invalid_client_metadata key'],
  ];
  for (const [value, expected, documentUrl] of cases) assert.equal(reason(value, documentUrl), expected);
});
