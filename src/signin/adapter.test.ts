import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createAdapter } from '#signin/adapter.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { adaSignIn, EDITOR, fakeClients } from '#test/fakes/authorization-server.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import { emptyStateFile, NOW } from '#test/fakes/oauth-rows.ts';
import { signInParts } from '#test/fakes/sign-in.ts';
import { err } from '#result.ts';

async function open(t: TestContext) {
  const path = emptyStateFile(t);
  const rows = createOAuthStore({ path, limits: LIMITS });
  t.after(() => rows.close());
  const keys = createOAuthKeys(Buffer.alloc(32, 7), randomBytes);
  const base = signInParts();
  const clock = (): number => NOW;
  const signIns = createSignIns(rows, keys, clock);
  const signIn = adaSignIn([], NOW);
  await signIns.create(signIn);
  const entities: Record<string, { readonly jti: string; readonly kind: string }> = {};
  const state = { clients: fakeClients(EDITOR), entities };
  const error = (code: string) => (): Error => new Error(code);
  const adapter = (model: string) =>
    createAdapter(model, {
      ...base,
      clock,
      rows,
      keys,
      signIns,
      clients: state.clients,
      errors: {
        invalidGrant: error('invalid_grant'),
        invalidClient: error('invalid_client'),
        unavailable: error('unavailable'),
        clientRefused: ({ error: code }) => new Error(code),
        clientNotAllowed: error('not_allowed'),
      },
      context: () => ({ ip: '192.0.2.7', oidc: { entities: state.entities } }),
    });
  const ofGrant = { accountId: signIn.id, clientId: 'editor', grantId: 'the-grant' };
  await adapter('Grant').upsert('the-grant', { ...ofGrant, jti: 'the-grant' }, 3_600);
  return { adapter, base, keys, path, rows, signIn, state, ofGrant };
}
const TOKEN = 'token-of-ada-that-nobody-may-read';

it('a token is found again by itself, and stands in no file', async (t) => {
  const { adapter, path, ofGrant } = await open(t);
  const payload = { ...ofGrant, jti: TOKEN, aud: 'https://mcp.example/mcp/notes', kind: 'AccessToken', exp: 1 };
  await adapter('AccessToken').upsert(TOKEN, payload, 600);
  assert.deepEqual(await adapter('AccessToken').find(TOKEN), payload);
  assert.equal(await adapter('AccessToken').find('other'), undefined);
  assert.equal(await adapter('RefreshToken').find(TOKEN), undefined, 'one kind is not another');
  const file = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
  for (const word of [TOKEN, 'editor', 'mcp.example']) assert.equal(file.includes(word), false, word);
});

it('what is given out is in the book before it exists: whose, for what, through which client, and not the token', async (t) => {
  const { adapter, base, ofGrant, keys } = await open(t);
  const { ledger } = base.gateway;
  const payload = { ...ofGrant, aud: 'https://mcp.example/mcp/notes', gty: 'authorization_code' };
  await adapter('AccessToken').upsert(TOKEN, payload, 600);
  const [entry] = ledger.entries;
  assert.equal(entry?.st, 'token_issued');
  assert.equal(JSON.stringify(entry).includes(TOKEN), false);
  const header = JSON.parse(entry?.header ?? '') as Record<string, unknown>;
  assert.deepEqual(header['detail'], {
    grant: keys.grantName(keys.rowDigest('Grant', 'the-grant')),
    by: 'authorization_code',
    expires: new Date(NOW + 600_000).toISOString(),
  });
  assert.deepEqual(
    [header['connection'], header['source'], header['client']],
    ['notes', '192.0.2.7', { id: 'gatebook:editor' }],
  );
  ledger.refusing = () => LATCHED;
  await assert.rejects(adapter('AccessToken').upsert('second', payload, 600), /unavailable/);
  assert.equal(await adapter('AccessToken').find('second'), undefined);
  assert.equal(
    await adapter('AccessToken')
      .upsert('third', { ...payload, gty: 'x refresh_token' }, 1)
      .catch(() => 'refused'),
    'refused',
  );
});

it('a client that waits for an admin gets nothing', async (t) => {
  const { adapter, state, ofGrant } = await open(t);
  state.clients = { ...fakeClients(EDITOR), standing: () => ({ is: 'waiting', wasApproved: false }) };
  await assert.rejects(adapter('AccessToken').upsert(TOKEN, ofGrant, 600), /not_allowed/);
});

it('a code is used once; the second use is refused, recorded, and ends what came of the first', async (t) => {
  const { adapter, base, ofGrant } = await open(t);
  await adapter('AuthorizationCode').upsert('code', ofGrant, 60);
  await adapter('AccessToken').upsert(TOKEN, ofGrant, 600);
  await adapter('AuthorizationCode').consume('code');
  assert.notEqual((await adapter('AuthorizationCode').find('code'))?.['consumed'], undefined);
  await assert.rejects(adapter('AuthorizationCode').consume('code'), /invalid_grant/);
  assert.equal(await adapter('AccessToken').find(TOKEN), undefined);
  assert.deepEqual(
    base.gateway.ledger.entries.map(({ st }) => st),
    ['token_issued', 'code_reuse'],
  );
});

it('a refresh token is used up by the next one, and stays good for a retry until that is seen', async (t) => {
  const { adapter, base, state, ofGrant } = await open(t);
  const refresh = adapter('RefreshToken');
  await refresh.upsert('r1', ofGrant, 3_600);
  state.entities['RotatedRefreshToken'] = { jti: 'r1', kind: 'RefreshToken' };
  await refresh.consume('r1');
  await refresh.upsert('r2', ofGrant, 3_600);
  assert.equal((await refresh.find('r1'))?.['consumed'], undefined, 'the answer may have been lost');
  state.entities['RotatedRefreshToken'] = { jti: 'r2', kind: 'RefreshToken' };
  await refresh.upsert('r3', ofGrant, 3_600);
  assert.notEqual((await refresh.find('r1'))?.['consumed'], undefined);
  state.entities['RotatedRefreshToken'] = { jti: 'r1', kind: 'RefreshToken' };
  await assert.rejects(refresh.upsert('r4', ofGrant, 3_600), /invalid_grant/);
  assert.deepEqual(
    base.gateway.ledger.entries.map(({ st }) => st),
    ['refresh_reuse'],
  );
  assert.equal(await refresh.find('r3'), undefined);
});

it('nothing is given on what has ended', async (t) => {
  const { adapter, ofGrant } = await open(t);
  await adapter('Grant').destroy('the-grant');
  await assert.rejects(adapter('AccessToken').upsert(TOKEN, ofGrant, 600), /invalid_grant/);
  await assert.rejects(adapter('RefreshToken').upsert('r1', ofGrant, 600), /invalid_grant/);
});

it('of a browser’s session only the secret of a form is kept: nobody is signed in by it', async (t) => {
  const { adapter } = await open(t);
  const session = {
    jti: 'cookie',
    uid: 'uid',
    kind: 'Session',
    accountId: 'ada',
    authorizations: {},
    state: { secret: 's' },
  };
  await adapter('Session').upsert('cookie', session, 60);
  assert.deepEqual(await adapter('Session').find('cookie'), {
    jti: 'cookie',
    uid: 'uid',
    kind: 'Session',
    state: { secret: 's' },
  });
  assert.equal((await adapter('Session').findByUid('uid'))?.['accountId'], undefined);
});

it('a device code is found by what the person typed, and by nothing else that was typed', async (t) => {
  const { adapter } = await open(t);
  await adapter('DeviceCode').upsert('device', { jti: 'device', clientId: 'editor', userCode: 'BCDFGHJK' }, 60);
  assert.equal((await adapter('DeviceCode').findByUserCode('BCDFGHJK'))?.jti, 'device');
  assert.equal(await adapter('DeviceCode').findByUserCode('device'), undefined);
  assert.equal(await adapter('Session').findByUid('BCDFGHJK'), undefined);
});

it('clients come from where they are registered, with the reason when one does not', async (t) => {
  const { adapter, state } = await open(t);
  assert.equal((await adapter('Client').find('editor'))?.['client_name'], 'An editor');
  assert.equal(await adapter('Client').find('nobody'), undefined);
  state.clients = {
    ...state.clients,
    find: async () => err({ error: 'invalid_client', reason: 'denied', says: 'no' }),
  };
  await assert.rejects(adapter('Client').find('editor'), /invalid_client/);
  await assert.rejects(adapter('Client').upsert('x', {}), /elsewhere/);
  assert.throws(() => adapter('InitialAccessToken'), /not kept/);
});

it('a store that cannot be read or written is no answer, and is logged without what was asked for', async (t) => {
  const { adapter, base, rows, ofGrant } = await open(t);
  await rows.close();
  await assert.rejects(adapter('AccessToken').find(TOKEN), /unavailable/);
  await assert.rejects(adapter('AuthorizationCode').upsert('code', ofGrant, 60), /unavailable/);
  assert.equal(JSON.stringify(base.gateway.logged).includes(TOKEN), false);
});

it('an assertion that was shown counts no more, however many show it at once', async (t) => {
  const { adapter } = await open(t);
  const replay = adapter('ReplayDetection');
  const shown = await Promise.allSettled(
    Array.from({ length: 4 }, () => replay.upsert('assertion', { jti: 'assertion' }, 60)),
  );
  assert.deepEqual(shown.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected', 'rejected', 'rejected']);
  await assert.rejects(replay.upsert('assertion', { jti: 'assertion' }, 60), /invalid_client/);
  await replay.upsert('another', { jti: 'another' }, 60);
});
