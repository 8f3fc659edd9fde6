import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { profileOf } from '#oauth/registered-client.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';
import { publish, signInParts } from '#test/fakes/sign-in.ts';
import type { FakeSignIn } from '#test/fakes/sign-in.ts';

const CHAT = 'https://chat.example/client.json';
const DOCUMENT = { client_id: CHAT, client_name: 'Chat', redirect_uris: ['https://chat.example/cb'] };
const BY = { issuer: 'https://issuer.example', subject: 'ada' };

const rig = (clients: Record<string, unknown> = {}): FakeSignIn =>
  signInParts({}, { signIn: { clients: { domains: ['chat.example'], ...clients } } });
async function found({ clients }: FakeSignIn, id: string): Promise<string> {
  const result = await clients.from('203.0.113.9', () => clients.find(id));
  if (result === undefined) return 'none';
  return result.ok ? result.value.client_id : result.error.reason;
}

test('a client is found wherever it is known from', async () => {
  const parts = rig({ known: { desk: { name: 'Desk', redirectUris: ['http://127.0.0.1/cb'] } } });
  publish(parts, CHAT, DOCUMENT);
  await parts.clientStore.keep(newClient('c-1'));
  for (const id of ['desk', CHAT, 'c-1']) {
    assert.equal(await found(parts, id), id);
    assert.deepEqual(parts.clients.standing(id), { is: 'allowed' });
  }
  for (const id of ['nobody', '', 'x'.repeat(600), 'c-1\u0000']) assert.equal(await found(parts, id), 'none');
  assert.equal(parts.clients.standing('nobody'), undefined);
});

test('whom nobody welcomed waits for an admin, is allowed when one says yes, and waits again when it changed', async () => {
  const parts = rig({ domains: [] });
  publish(parts, CHAT, DOCUMENT);
  assert.equal(await found(parts, CHAT), CHAT);
  assert.deepEqual(parts.clients.standing(CHAT), { is: 'waiting', wasApproved: false });
  await parts.clients.asked(CHAT);
  assert.notEqual(parts.clientStore.rows.get(CHAT)?.askedAtMs, undefined);
  const kept = parts.clientStore.rows.get(CHAT) ?? assert.fail();
  await parts.clientStore.decide(CHAT, {
    is: 'approved',
    profile: profileOf(kept.metadata),
    atMs: 1,
    by: BY,
    record: 'a:1',
  });
  assert.deepEqual(parts.clients.standing(CHAT), { is: 'allowed' });
  publish(parts, CHAT, { ...DOCUMENT, redirect_uris: [...DOCUMENT.redirect_uris, 'https://evil.example/cb'] });
  parts.gateway.advance(LIMITS.clientDocumentFreshMsMin);
  assert.equal(await found(parts, CHAT), CHAT);
  assert.deepEqual(parts.clients.standing(CHAT), { is: 'waiting', wasApproved: true });
});

test('a client that is denied is none, and the refusal is in the book of strangers', async () => {
  const parts = rig();
  await parts.clientStore.keep(newClient('c-1'));
  await parts.clientStore.decide('c-1', { is: 'denied', profile: '', atMs: 1, by: BY, record: 'a:1' });
  assert.equal(await found(parts, 'c-1'), 'client_denied');
  assert.deepEqual(parts.clients.standing('c-1'), { is: 'denied', by: 'admin' });
  parts.refusals.flush(true);
  const last = parts.gateway.ledger.unwaited.at(-1);
  assert.deepEqual([last?.kind, last?.st], ['denied', 'client_refused']);
  assert.match(String(last?.header), /client_denied/);
});

test('a registration is judged by the policy in force, not by the one of its day', async () => {
  const parts = rig({ others: 'deny', domains: [] });
  await parts.clientStore.keep(newClient('c-1'));
  assert.equal(await found(parts, 'c-1'), 'client_denied');
  assert.deepEqual(parts.clients.standing('c-1'), { is: 'denied', by: 'policy' });
});

test('a document new here is recorded before it counts, with its places and whose words it is', async () => {
  const parts = rig();
  publish(parts, CHAT, DOCUMENT);
  await found(parts, CHAT);
  const entry = parts.gateway.ledger.entries.at(-1);
  assert.equal(entry?.st, 'client_registered');
  const header = JSON.parse(String(entry?.header)) as Record<string, unknown>;
  assert.deepEqual(header['detail'], { document: true, new: true, redirects: ['chat.example'], auth: 'none' });
  assert.deepEqual(header['client'], { name: 'Chat', id: `gatebook:${CHAT}` });
});

test('secrets are given to the library as digests, and compared as such', async () => {
  const parts = rig();
  await parts.clientStore.keep(
    newClient('c-1', {
      secretDigest: Buffer.alloc(32, 5),
      metadata: { ...webMetadata(), auth: 'client_secret_basic' },
    }),
  );
  const result = await parts.clients.find('c-1');
  const secret = result?.ok === true ? String(result.value['client_secret']) : assert.fail();
  assert.equal(secret, '05'.repeat(32));
  assert.equal(parts.clients.isSecretOf(secret, secret), false);
});

test('the last use is kept once in a while, and not being able to keep it harms nobody', async () => {
  const parts = rig();
  await parts.clientStore.keep(newClient('c-1'));
  parts.clients.used('c-1');
  const first = parts.clientStore.rows.get('c-1')?.usedAtMs;
  assert.equal(first, parts.clock());
  parts.gateway.advance(LIMITS.clientUseMs - 1);
  parts.clients.used('c-1');
  assert.equal(parts.clientStore.rows.get('c-1')?.usedAtMs, first);
  parts.gateway.advance(1);
  parts.clients.used('c-1');
  assert.equal(parts.clientStore.rows.get('c-1')?.usedAtMs, parts.clock());
  parts.clients.used('nobody');
});

test('that people ask for a client is kept once in a while too', async () => {
  const parts = rig({ domains: [] });
  await parts.clientStore.keep(newClient('c-1'));
  const asked = async () => {
    await parts.clients.asked('c-1');
    return parts.clientStore.rows.get('c-1')?.askedAtMs;
  };
  const first = await asked();
  assert.equal(first, parts.clock());
  parts.gateway.advance(LIMITS.clientUseMs - 1);
  assert.equal(await asked(), first);
  parts.gateway.advance(1);
  assert.equal(await asked(), parts.clock());
  await parts.clients.asked('nobody');
});

test('a state that cannot be read is a fault, never a client', async () => {
  const parts = rig();
  await parts.clientStore.keep(newClient('c-1'));
  parts.clientStore.isBroken = true;
  await assert.rejects(found(parts, 'c-1'), /disk/);
  assert.throws(() => parts.clients.standing('c-1'), /disk/);
});
