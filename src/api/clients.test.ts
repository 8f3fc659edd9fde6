import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { OAuthClient } from '#api/contract/clients.ts';
import { ROUTES } from '#api/routes.ts';
import { handleOf, profileOf } from '#oauth/registered-client.ts';
import {
  ADMIN_TOKEN,
  AUDITOR_TOKEN,
  BOTH_TOKEN,
  by,
  listenApi,
  POLICY_TOKEN,
  STRANGER_TOKEN,
} from '#test/fakes/api.ts';
import { fakeClientStore, newClient, webMetadata } from '#test/fakes/clients.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';
import { headerOf } from '#test/fakes/ledger.ts';

const CHAT = 'https://chat.example/client.json';
const PROFILE = profileOf(webMetadata());

/** A client that is welcome, one that waits, and one with a document that waits. */
async function listen(t: TestContext) {
  const store = fakeClientStore();
  const revocations = createFakeRevocationStore();
  await store.keep(newClient('c-1', { metadata: webMetadata('Desk', 'desk.example') }));
  await store.keep(newClient('c-2'));
  await store.keep(newClient(CHAT, { kind: 'document', fetchedAtMs: 5_000 }));
  const policy = { domains: ['desk.example'], native: 'allow' as const, others: 'approve' as const };
  const { ask, gateway } = await listenApi(t, ROUTES, { clients: { store, policy }, store: revocations });
  const send = async (method: string, path: string, token: string, body?: object) => {
    const headers = { ...by(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await ask({
      method,
      path: `/api/v1/clients${path}`,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const list = async (query = '') =>
    z
      .array(OAuthClient)
      .parse(
        JSON.parse((await ask({ method: 'GET', path: `/api/v1/clients${query}`, headers: by(AUDITOR_TOKEN) })).text),
      );
  const decide = (handle: string, decision: string, profile = PROFILE, token = ADMIN_TOKEN) =>
    send('POST', `/${handle}/decision`, token, { decision, profile });
  return { store, revocations, gateway, send, list, decide };
}

test('clients are listed newest first with what may be done with them, and those that wait apart', async (t) => {
  const { list, send } = await listen(t);
  assert.deepEqual(
    (await list()).map(({ id, standing }) => [id, standing]),
    [
      [CHAT, 'waiting'],
      ['c-2', 'waiting'],
      ['c-1', 'allowed'],
    ],
  );
  assert.deepEqual(
    (await list('?waits=true')).map(({ id }) => id),
    [CHAT, 'c-2'],
  );
  const first = await send('GET', '?limit=2', AUDITOR_TOKEN);
  assert.match(String(first.headers['link']), /after=c-2.*rel="next"/);
  const { json } = await send('GET', `/${handleOf(CHAT)}`, AUDITOR_TOKEN);
  assert.deepEqual(OAuthClient.parse(json), {
    handle: handleOf(CHAT),
    id: CHAT,
    kind: 'document',
    name: 'Chat',
    redirects: ['chat.example'],
    redirectUris: ['https://chat.example/cb'],
    auth: 'none',
    standing: 'waiting',
    changed: false,
    decision: null,
    profile: PROFILE,
    createdAt: '1970-01-01T00:00:01.000Z',
    fetchedAt: '1970-01-01T00:00:05.000Z',
    askedAt: null,
    usedAt: null,
  });
  assert.equal((await send('GET', '/c-9', AUDITOR_TOKEN)).status, 404);
});

test('pages of those that wait go on until the last, however few wait among many', async (t) => {
  const { store, send } = await listen(t);
  store.rows.clear();
  for (let at = 0; at < 2_500; at += 1) {
    const metadata = at % 1_000 === 0 ? webMetadata() : webMetadata('Desk', 'desk.example');
    await store.keep(newClient(`c-${at}`, { metadata, createdAtMs: 1_000 + at }));
  }
  const found: string[] = [];
  let query: string | undefined = '?waits=true&limit=2';
  for (let page = 0; page < 10 && query !== undefined; page += 1) {
    const answer = await send('GET', query, AUDITOR_TOKEN);
    found.push(
      ...z
        .array(OAuthClient)
        .parse(answer.json)
        .map(({ id }) => id),
    );
    const next = /<([^<>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1];
    query = next === undefined ? undefined : new URL(next).search;
  }
  assert.equal(query, undefined);
  assert.deepEqual(found, ['c-2000', 'c-1000', 'c-0']);
});

test('a yes is recorded, then in force', async (t) => {
  const { decide, gateway, list } = await listen(t);
  const { status, json } = await decide('c-2', 'approve');
  assert.equal(status, 200);
  const entry = gateway.ledger.entries.at(-1);
  assert.equal(entry?.st, 'client_approved');
  const header = entry === undefined ? assert.fail() : headerOf(entry);
  assert.deepEqual(
    [header.caller?.subject, header.client?.id, header.detail?.['redirects']],
    ['grace', 'gatebook:c-2', ['chat.example']],
  );
  assert.equal(OAuthClient.parse(json['client']).decision?.record, json['record']);
  assert.equal((await list()).find(({ id }) => id === 'c-2')?.standing, 'allowed');
});

test('a no and a removal revoke everything the client was given', async (t) => {
  const { decide, send, revocations, list, gateway } = await listen(t);
  assert.equal((await decide(handleOf(CHAT), 'deny')).status, 200);
  assert.equal((await list()).find(({ id }) => id === CHAT)?.standing, 'denied');
  assert.equal((await send('DELETE', '/c-2', ADMIN_TOKEN)).status, 200);
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    [CHAT, 'c-1'],
  );
  assert.deepEqual(
    (await revocations.inForceAfter(0)).map(({ scope }) => scope),
    [
      { scope: 'client', client: `gatebook:${CHAT}` },
      { scope: 'client', client: 'gatebook:c-2' },
    ],
  );
  assert.deepEqual(
    gateway.ledger.entries.map(({ st }) => st),
    ['client_refused', 'revocation', 'client_removed', 'revocation'],
  );
});

test('what changed since it was looked at, or is not there, is not decided on', async (t) => {
  const { decide, store, gateway, send } = await listen(t);
  await store.keep(newClient(CHAT, { kind: 'document', metadata: webMetadata('Payroll') }));
  const changed = await decide(handleOf(CHAT), 'approve');
  assert.deepEqual([changed.status, changed.json['code'], changed.json['executed']], [409, 'changed', 'no']);
  assert.equal((await decide('c-9', 'approve')).status, 404);
  assert.equal((await send('DELETE', '/c-9', ADMIN_TOKEN)).status, 404);
  assert.deepEqual(
    gateway.ledger.entries.map(({ st }) => st).filter((st) => st.startsWith('client_')),
    [],
  );
});

test('only an admin decides, and no auditor', async (t) => {
  const { decide, send } = await listen(t);
  for (const token of [AUDITOR_TOKEN, STRANGER_TOKEN, BOTH_TOKEN]) {
    assert.equal((await decide('c-2', 'approve', PROFILE, token)).status, 403);
    assert.equal((await send('DELETE', '/c-2', token)).status, 403);
  }
  assert.equal((await send('GET', '', STRANGER_TOKEN)).status, 403);
});

test('a policy approver decides, and removes nothing', async (t) => {
  const { decide, send, list } = await listen(t);
  const [waiting] = await list('?waits=true');
  assert.equal((await decide(waiting?.handle ?? '', 'approve', waiting?.profile, POLICY_TOKEN)).status, 200);
  assert.equal((await send('GET', `/${waiting?.handle ?? ''}`, POLICY_TOKEN)).status, 200);
  assert.equal((await send('DELETE', `/${waiting?.handle ?? ''}`, POLICY_TOKEN)).status, 403);
});

test('where nobody signs in there are no clients, and a state that fails is said', async (t) => {
  const off = await listenApi(t, ROUTES);
  const listed = await off.ask({ method: 'GET', path: '/api/v1/clients', headers: by(AUDITOR_TOKEN) });
  assert.deepEqual([listed.status, listed.text], [200, '[]']);
  const { store, send, decide } = await listen(t);
  store.isBroken = true;
  assert.equal((await send('GET', '', AUDITOR_TOKEN)).json['code'], 'state_unavailable');
  assert.equal((await send('GET', '/c-2', AUDITOR_TOKEN)).json['code'], 'state_unavailable');
  assert.equal((await decide('c-2', 'approve')).json['code'], 'state_unavailable');
});
