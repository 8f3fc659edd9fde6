import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { signInParts } from '#test/fakes/sign-in.ts';

const CHAT = { client_name: 'Chat', redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' };

async function rig(t: TestContext, clients: Record<string, unknown> = {}, limits: Partial<Limits> = {}) {
  const parts = signInParts({ limits }, { signIn: { clients } });
  const server = createServer((request, response) => void parts.clients.register(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/register`;
  const send = async (body: unknown, init: RequestInit = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    });
    const text = await response.text();
    const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return {
      status: response.status,
      headers: response.headers,
      json,
      said: `${response.status} ${String(json['error'])}`,
    };
  };
  return { parts, send };
}

test('a client registers, is recorded before it is kept, and is told what is kept', async (t) => {
  const { parts, send } = await rig(t);
  const { status, headers, json } = await send({ ...CHAT, logo_uri: 'https://evil.example/pixel', scope: 'admin' });
  assert.equal(status, 201);
  assert.equal(headers.get('cache-control'), 'no-store');
  const { client_id: id, client_id_issued_at: issued, ...told } = json;
  assert.match(String(id), /^c-[0-9a-f]{32}$/);
  assert.equal(issued, Math.floor(parts.clock() / 1_000));
  assert.deepEqual(told, {
    client_name: 'Chat',
    application_type: 'native',
    redirect_uris: CHAT.redirect_uris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
  assert.deepEqual([...parts.clientStore.rows.keys()], [id]);
  const entry = parts.gateway.ledger.entries.at(-1);
  assert.equal(entry?.st, 'client_registered');
  assert.match(String(entry?.header), /"source":"127\.0\.0\.1"/);
});

test('a secret is told once, and kept and recorded nowhere', async (t) => {
  const { parts, send } = await rig(t);
  const { json } = await send({ ...CHAT, token_endpoint_auth_method: undefined });
  const secret = String(json['client_secret']);
  assert.match(secret, /^[\w-]{43}$/);
  assert.equal(json['client_secret_expires_at'], 0);
  const kept = JSON.stringify([
    [...parts.clientStore.rows.values()],
    parts.gateway.ledger.entries,
    parts.gateway.logged,
  ]);
  assert.equal(kept.includes(secret), false);
  const found = await parts.clients.find(String(json['client_id']));
  const digest = found?.ok === true ? String(found.value['client_secret']) : assert.fail();
  assert.equal(parts.clients.isSecretOf(digest, secret), true);
  assert.equal(parts.clients.isSecretOf(digest, `${secret}x`), false);
});

test('a client cannot choose its id, nor take another’s', async (t) => {
  const { send, parts } = await rig(t);
  const first = await send(CHAT);
  const second = await send({
    ...CHAT,
    client_id: first.json['client_id'],
    client_secret: 'mine',
    registration_access_token: 'x',
  });
  assert.equal(second.status, 201);
  assert.notEqual(second.json['client_id'], first.json['client_id']);
  assert.equal('client_secret' in second.json, false);
  assert.equal(parts.clientStore.rows.size, 2);
});

test('what is no registration is refused with the RFC’s errors, noted, and neither recorded as one nor kept', async (t) => {
  const { parts, send } = await rig(t, { native: 'deny' });
  assert.equal((await send(CHAT)).said, '400 invalid_redirect_uri');
  assert.equal((await send({ ...CHAT, redirect_uris: ['javascript:alert(1)'] })).said, '400 invalid_redirect_uri');
  assert.equal((await send({ ...CHAT, client_name: 'Gatebook' })).said, '400 invalid_client_metadata');
  assert.equal((await send('{"a":1,"a":2}')).said, '400 invalid_client_metadata');
  assert.equal((await send('x'.repeat(LIMITS.clientMetadataBytes + 1))).said, '413 invalid_request');
  assert.equal((await send(CHAT, { headers: { 'content-type': 'text/plain' } })).said, '415 invalid_request');
  assert.equal(
    (await send(CHAT, { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } })).said,
    '415 invalid_request',
  );
  assert.equal((await send(undefined, { method: 'GET', body: null })).said, '405 invalid_request');
  assert.equal(parts.clientStore.rows.size, 0);
  parts.refusals.flush(true);
  assert.deepEqual(parts.gateway.ledger.entries, []);
  assert.ok(parts.gateway.ledger.unwaited.length > 0);
  assert.ok(parts.gateway.ledger.unwaited.every(({ kind, st }) => kind === 'denied' && st === 'client_refused'));
});

test('one address registers so many clients a minute, and is told when it may again', async (t) => {
  const { parts, send } = await rig(t, {}, { clientRegistrationsPerSourcePerMinute: 3 });
  const replies = [];
  for (let turn = 0; turn < 5; turn += 1) replies.push(await send(CHAT));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [201, 201, 201, 429, 429],
  );
  assert.ok(Number(replies[4]?.headers.get('retry-after')) >= 1);
  assert.equal(parts.clientStore.rows.size, 3);
  parts.gateway.advance(20_000);
  assert.equal((await send(CHAT)).status, 201);
});

test('nothing is kept that cannot be recorded, and a store that fails is said', async (t) => {
  const { parts, send } = await rig(t);
  parts.gateway.ledger.refusing = () => ({ reason: 'latched', retryAfterMs: 1_000 });
  assert.equal((await send(CHAT)).said, '503 temporarily_unavailable');
  assert.equal(parts.clientStore.rows.size, 0);
  parts.gateway.ledger.refusing = () => undefined;
  parts.clientStore.isBroken = true;
  assert.equal((await send(CHAT)).said, '503 temporarily_unavailable');
});

test('a page anywhere may register a client of its own, with nothing of its reader’s', async (t) => {
  const { send } = await rig(t);
  const preflight = await send(undefined, { method: 'OPTIONS', body: null });
  assert.equal(preflight.status, 204);
  const answered = await send(CHAT);
  for (const { headers } of [preflight, answered]) {
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.get('access-control-allow-credentials'), null);
  }
});
