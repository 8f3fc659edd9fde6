import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '#config/secrets.ts';
import { createClientKeys } from '#oauth/client-keys.ts';
import { ok } from '#result.ts';
import { withAccountClients } from '#signin/account-clients.ts';
import type { ClientSource } from '#signin/client-source.ts';

const ACCOUNT = { owner: 'okta:ann', purpose: 'p', connections: ['*'] };
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const clientKeys = createClientKeys(new Uint8Array(32));
const SECRET = 'a secret that is long enough for anybody';

function scene(nowMs = 0) {
  const seen: string[] = [];
  const others: ClientSource = {
    async find(clientId) {
      seen.push(`find ${clientId}`);
      return ok({ client_id: clientId });
    },
    from: (_source, run) => run(),
    standing: (clientId) => {
      seen.push(`standing ${clientId}`);
      return { is: 'allowed' };
    },
    handle: (clientId) => clientId,
    asked: async (clientId) => void seen.push(`asked ${clientId}`),
    used: (clientId) => void seen.push(`used ${clientId}`),
    isSecretOf: (digest, shown) => clientKeys.isSecretOf(digest, shown),
    register: async () => undefined,
  };
  const clients = withAccountClients(others, {
    accounts: {
      secret: ACCOUNT,
      signing: ACCOUNT,
      keyed: ACCOUNT,
      over: { ...ACCOUNT, until: '1970-01-01' },
    },
    credentials: {
      secrets: new Map([
        ['secret', new Secret(SECRET)],
        ['over', new Secret(SECRET)],
        ['gone', new Secret(SECRET)],
      ]),
      publicKeys: new Map([['signing', [jwk]]]),
    },
    clientKeys,
    clock: () => nowMs,
  });
  return { clients, seen };
}

test('an account with a secret is a client for client credentials alone, and its secret is kept as a digest', async () => {
  const { clients, seen } = scene();
  const found = await clients.find('secret');
  assert.ok(found?.ok === true);
  const { client_secret: digest, ...rest } = found.value;
  assert.deepEqual(rest, {
    client_id: 'secret',
    client_name: 'secret',
    application_type: 'native',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_basic',
  });
  assert.ok(typeof digest === 'string' && digest !== SECRET);
  assert.equal(clients.isSecretOf(digest, SECRET), true);
  assert.equal(clients.isSecretOf(digest, `${SECRET}x`), false);
  assert.deepEqual([clients.standing('secret'), seen], [{ is: 'allowed' }, []]);
});

test('an account with public keys signs, and has no secret', async () => {
  const found = await scene().clients.find('signing');
  assert.ok(found?.ok === true);
  assert.equal(found.value['token_endpoint_auth_method'], 'private_key_jwt');
  assert.deepEqual(found.value['jwks'], { keys: [jwk] });
  assert.equal(found.value['client_secret'], undefined);
});

test('an account that is over, or has only API keys, is no client, whoever else is called like it', async () => {
  const { clients, seen } = scene(86_400_000);
  for (const name of ['over', 'keyed']) {
    assert.equal(await clients.find(name), undefined);
    assert.equal(clients.standing(name), undefined);
    await clients.asked(name);
    clients.used(name);
  }
  assert.deepEqual(seen, []);
});

test('everybody else is asked for where they were', async () => {
  const { clients, seen } = scene();
  await clients.find('gone');
  clients.standing('constructor');
  await clients.asked('claude');
  clients.used('claude');
  assert.deepEqual(seen, ['find gone', 'standing constructor', 'asked claude', 'used claude']);
});
