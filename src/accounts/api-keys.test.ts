import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createApiKeyDigests } from '#accounts/api-key-digests.ts';
import { makeApiKey } from '#accounts/api-key-form.ts';
import type { ReservedKey } from '#accounts/api-key.ts';
import { createApiKeys } from '#accounts/api-keys.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import { digestToken } from '#identity/token-cache.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { LIMITS } from '#limits.ts';
import { fakeApiKeyStore } from '#test/fakes/api-key-store.ts';

const START = Date.parse('2027-01-10T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function scene(more: Partial<ReservedKey> = {}) {
  const store = fakeApiKeyStore();
  const digests = createApiKeyDigests(new Uint8Array(32));
  const at = { nowMs: START, publicUrl: 'https://mcp.example.com' };
  const accounts: { current: ServiceAccounts } = {
    current: { bot: { owner: 'okta:ann', purpose: 'p', connections: ['*'] } },
  };
  const keys = createApiKeys({
    store,
    digests,
    accounts: () => accounts.current,
    publicUrl: () => at.publicUrl,
    clock: () => at.nowMs,
    limits: LIMITS,
  });
  const token = makeApiKey(randomBytes);
  const tokenDigest = digestToken(token);
  const id = digests.id(tokenDigest);
  await store.write({
    act: 'reserve',
    key: {
      id,
      digest: digests.digest(tokenDigest),
      account: 'bot',
      connections: ['*'],
      level: undefined,
      networks: undefined,
      createdAtMs: START,
      expiresAtMs: START + 30 * DAY,
      createdBy: { issuer: 'https://acme.okta.com', subject: 'ann' },
      ...more,
    },
  });
  await store.write({ act: 'activate', id, record: 'a:1' });
  const find = (shown = token) => {
    const digest = digestToken(shown);
    return keys.find(shown, digest) ?? keys.whyNot?.(shown, digest);
  };
  const stillHolds = () =>
    keys.stillHolds(
      asVerified({
        caller: { issuer: '', namespace: '', subject: '', kind: 'person', groups: [], client: undefined, scopes: [] },
        expiresAtMs: 0,
        issuedAtMs: 0,
        tokenDigest,
        own: 'api_key',
      }),
    );
  return { store, keys, at, accounts, token, tokenDigest, id, find, stillHolds };
}

test('a key is its account, with what the key is for, and counts from after the revocations made before it', async () => {
  const { find, id } = await scene({ connections: ['c'], level: 'read', networks: ['10.0.0.0/8'] });
  assert.deepEqual(find(), {
    caller: {
      issuer: 'https://mcp.example.com',
      namespace: 'gatebook',
      subject: 'bot',
      kind: 'service_account',
      groups: [],
      client: 'gatebook:bot',
      scopes: [],
      key: { id, connections: ['c'], level: 'read', createdBy: { issuer: 'https://acme.okta.com', subject: 'ann' } },
    },
    resource: '*',
    issuedAtMs: START + LIMITS.tokenClockSkewMs,
    expiresAtMs: START + 30 * DAY,
    networks: ['10.0.0.0/8'],
  });
});

test('what has not the form of a key is refused without looking anything up, what has is looked up by its digest', async () => {
  const { find, store, token } = await scene();
  const before = store.found.length;
  for (const bad of [`${token}x`, token.slice(0, -1), `gbk_${'a'.repeat(49)}`, 'gbk_'])
    assert.equal(find(bad), 'malformed_token');
  assert.equal(store.found.length, before);
  assert.equal(find(makeApiKey(randomBytes)), undefined);
  assert.equal(store.found.length, before + 2);
});

test('a key that was read is not read again until something in the store changes, and then it is', async () => {
  const { find, store, id, stillHolds } = await scene();
  find();
  const before = store.found.length;
  const [first, second] = [find(), find()];
  assert.ok(typeof first === 'object' && typeof second === 'object');
  assert.equal(first.caller, second.caller);
  assert.equal(stillHolds(), true);
  assert.equal(store.found.length, before);
  await store.write({ act: 'end', id, atMs: START });
  assert.equal(stillHolds(), false);
  assert.equal(find(), 'revoked');
  assert.equal(store.found.length, before + 1);
});

test('a key ends with its account: removed, over, or over earlier than it was when the key was made', async () => {
  const { find, accounts, at, stillHolds } = await scene();
  const [bot] = Object.values(accounts.current);
  assert.ok(bot !== undefined);
  accounts.current = {};
  assert.equal(find(), 'unknown_account');
  assert.equal(stillHolds(), false);
  accounts.current = { bot: { ...bot, until: '2027-01-10' } };
  const found = find();
  assert.ok(typeof found === 'object');
  assert.equal(found.expiresAtMs, Date.parse('2027-01-11T00:00:00Z'));
  assert.equal(stillHolds(), true);
  at.nowMs = Date.parse('2027-01-11T00:00:00Z');
  assert.equal(find(), 'account_ended');
  assert.equal(stillHolds(), false);
  accounts.current = { bot };
  assert.equal(stillHolds(), true);
});

test('an expired key holds no more', async () => {
  const { at, find, stillHolds } = await scene();
  at.nowMs = START + 30 * DAY;
  assert.equal(find(), 'expired');
  assert.equal(stillHolds(), false);
});

test('with another public URL the caller is one of another issuer', async () => {
  const { find, at } = await scene();
  find();
  at.publicUrl = 'https://other.example.com';
  const found = find();
  assert.ok(typeof found === 'object');
  assert.equal(found.caller.issuer, 'https://other.example.com');
});

test('a store that cannot be read gives no verdict', async () => {
  const { find, store, stillHolds } = await scene();
  find();
  store.fail(new Error('disk'));
  assert.throws(find, /disk/);
  assert.throws(stillHolds, /disk/);
});

test('the day of a use is written beside the call, once, and the next day again', async () => {
  const { find, keys, store, at, id } = await scene();
  const usedOn = () => store.byId(id)?.usedOn;
  find();
  find();
  assert.equal(usedOn(), undefined);
  await keys.writeUses();
  assert.equal(usedOn(), '2027-01-10');
  const version = store.version();
  find();
  await keys.writeUses();
  assert.equal(store.version(), version);
  at.nowMs = START + DAY;
  find();
  await keys.writeUses();
  assert.equal(usedOn(), '2027-01-11');
});

test('a use that could not be written is tried again an hour later, not at each call', async () => {
  const { find, keys, store, at, id } = await scene();
  find();
  store.fail(new Error('disk'));
  await assert.rejects(keys.writeUses(), /disk/);
  store.fail(undefined);
  find();
  await keys.writeUses();
  assert.equal(store.byId(id)?.usedOn, undefined);
  at.nowMs = START + HOUR;
  find();
  await keys.writeUses();
  assert.equal(store.byId(id)?.usedOn, '2027-01-10');
});

test('what is kept in memory is bounded', async () => {
  const { store, at, accounts, token, tokenDigest } = await scene();
  const keys = createApiKeys({
    store,
    digests: createApiKeyDigests(new Uint8Array(32)),
    accounts: () => accounts.current,
    publicUrl: () => at.publicUrl,
    clock: () => at.nowMs,
    limits: { ...LIMITS, apiKeysCached: 0 },
  });
  keys.find(token, tokenDigest);
  const other = makeApiKey(randomBytes);
  keys.find(other, digestToken(other));
  assert.equal(typeof keys.find(token, tokenDigest), 'object');
});
