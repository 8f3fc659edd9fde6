import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { handleOf, profileOf } from '#oauth/registered-client.ts';
import type { ClientDecision } from '#oauth/registered-client.ts';
import { ClientsDb } from '#store/clients-db.ts';
import type { NewClient } from '#oauth/client-store.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

function open(t: TestContext, limits: Partial<Limits> = {}) {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const clients = new ClientsDb({ path, limits: { ...LIMITS, ...limits } });
  t.after(() => clients.shut());
  const keep = (client: NewClient) => clients.write([{ act: 'keep', client }])[0];
  const ids = (nowMs = 2_000): readonly string[] =>
    clients.list({ after: undefined, limit: 100, nowMs }).map(({ id }) => id);
  return { path, clients, keep, ids };
}
const BY = { issuer: 'https://issuer.example', subject: 'ada' };
const approval = (profile: string): ClientDecision => ({ is: 'approved', profile, atMs: 5_000, by: BY, record: 'a:9' });

test('a client is found as it was kept, by another connection too', (t) => {
  const { path, clients, keep } = open(t);
  const secretDigest = new Uint8Array(Buffer.alloc(32, 7));
  assert.equal(keep(newClient('c1', { secretDigest })), 'kept');
  const other = new ClientsDb({ path, limits: LIMITS });
  t.after(() => other.shut());
  const { source: _source, ...kept } = newClient('c1', { secretDigest });
  for (const reader of [clients, other])
    assert.deepEqual(reader.find('c1', 2_000), {
      ...kept,
      usedAtMs: undefined,
      askedAtMs: undefined,
      decision: undefined,
    });
  assert.equal(clients.find('c2', 2_000), undefined);
});

test('an id that is taken is nobody else’s, and a document’s is only renewed', (t) => {
  const { clients, keep } = open(t);
  keep(newClient('c1'));
  assert.equal(keep(newClient('c1', { metadata: webMetadata('Evil') })), 'taken');
  assert.equal(keep(newClient('c1', { kind: 'document' })), 'taken');
  assert.equal(clients.find('c1', 2_000)?.metadata.name, 'Chat');
  const url = 'https://chat.example/c.json';
  keep(newClient(url, { kind: 'document', fetchedAtMs: 1_000, freshUntilMs: 2_000 }));
  clients.write([{ act: 'decide', id: url, decision: approval(profileOf(webMetadata())) }]);
  assert.equal(keep(newClient(url)), 'taken');
  const renewed = newClient(url, {
    kind: 'document',
    metadata: webMetadata('Chat 2'),
    fetchedAtMs: 3_000,
    freshUntilMs: 4_000,
  });
  assert.equal(keep(renewed), 'kept');
  const found = clients.find(url, 3_000);
  assert.equal(found?.metadata.name, 'Chat 2');
  assert.equal(found?.freshUntilMs, 4_000);
  assert.equal(found?.decision?.is, 'approved');
});

test('one whose time is over is not found, and goes with the next that comes', (t) => {
  const { clients, keep, ids } = open(t);
  keep(newClient('old'));
  const end = 1_000 + LIMITS.clientUnusedMs;
  assert.notEqual(clients.find('old', end - 1), undefined);
  assert.equal(clients.find('old', end), undefined);
  keep(newClient('new', { createdAtMs: end }));
  assert.deepEqual(ids(0), ['new']);
});

test('use, a question and a decision each make it last longer', (t) => {
  const { clients, keep } = open(t);
  for (const id of ['used', 'asked', 'decided']) keep(newClient(id));
  assert.deepEqual(
    clients.write([
      { act: 'used', id: 'used', atMs: 5_000 },
      { act: 'asked', id: 'asked', atMs: 5_000 },
      { act: 'decide', id: 'decided', decision: approval(profileOf(webMetadata())) },
      { act: 'used', id: 'nobody', atMs: 5_000 },
    ]),
    ['done', 'done', 'done', 'absent'],
  );
  const { clientKeptMs, clientWaitingMs } = LIMITS;
  for (const [id, lasts] of [
    ['used', clientKeptMs],
    ['asked', clientWaitingMs],
    ['decided', clientKeptMs],
  ] as const) {
    assert.notEqual(clients.find(id, 5_000 + lasts - 1), undefined, id);
    assert.equal(clients.find(id, 5_000 + lasts), undefined, id);
  }
});

test('a decision on what was looked at does not hold for what it became meanwhile', (t) => {
  const { clients, keep } = open(t);
  keep(newClient('c1'));
  const decide = (profile: string) => clients.write([{ act: 'decide', id: 'c1', decision: approval(profile) }])[0];
  assert.equal(decide(profileOf(webMetadata('Other'))), 'absent');
  assert.equal(clients.find('c1', 2_000)?.decision, undefined);
  assert.equal(decide(profileOf(webMetadata())), 'done');
  assert.deepEqual(clients.find('c1', 2_000)?.decision, approval(profileOf(webMetadata())));
});

test('a flood from one source pushes out its own unused clients, never one in use, nor another source’s', (t) => {
  const { keep, clients, ids } = open(t, { clientsUnusedPerSource: 3 });
  keep(newClient('neighbour', { source: Buffer.from('source b') }));
  keep(newClient('mine'));
  clients.write([{ act: 'used', id: 'mine', atMs: 1_500 }]);
  for (let at = 1; at <= 10; at += 1) assert.equal(keep(newClient(`flood${at}`, { createdAtMs: 1_000 + at })), 'kept');
  assert.deepEqual(new Set(ids()), new Set(['neighbour', 'mine', 'flood8', 'flood9', 'flood10']));
});

test('a flood from everywhere pushes out what nobody used, and is refused when all is in use', (t) => {
  const { keep, clients, ids } = open(t, { clientsKept: 4 });
  for (const id of ['used', 'asked', 'decided']) keep(newClient(id));
  clients.write([
    { act: 'used', id: 'used', atMs: 1_500 },
    { act: 'asked', id: 'asked', atMs: 1_500 },
    { act: 'decide', id: 'decided', decision: approval(profileOf(webMetadata())) },
  ]);
  for (let at = 1; at <= 10; at += 1)
    assert.equal(
      keep(newClient(`flood${at}`, { createdAtMs: 1_000 + at, source: Buffer.from(`source ${at}`) })),
      'kept',
    );
  assert.deepEqual(new Set(ids()), new Set(['used', 'asked', 'decided', 'flood10']));
  clients.write([{ act: 'used', id: 'flood10', atMs: 1_500 }]);
  assert.equal(keep(newClient('late')), 'full');
  assert.equal(ids().length, 4);
});

test('the list is the newest first and goes on where it ended', (t) => {
  const { keep, clients } = open(t);
  for (const [id, createdAtMs] of [
    ['b', 1_000],
    ['a', 1_000],
    ['c', 3_000],
  ] as const)
    keep(newClient(id, { createdAtMs }));
  const page = (after: string | undefined) => clients.list({ after, limit: 2, nowMs: 3_000 }).map(({ id }) => id);
  assert.deepEqual(page(undefined), ['c', 'b']);
  assert.deepEqual(page('b'), ['a']);
  assert.deepEqual(page('a'), []);
});

test('a document is found by a short handle as well', (t) => {
  const { keep, clients } = open(t);
  const url = 'https://chat.example/c.json';
  keep(newClient(url, { kind: 'document' }));
  keep(newClient('c1'));
  assert.equal(clients.byHandle(handleOf(url), 2_000)?.id, url);
  assert.equal(clients.byHandle('c1', 2_000)?.id, 'c1');
  assert.equal(clients.byHandle(url, 2_000), undefined);
  assert.match(handleOf(url), /^[\w-]+$/);
});

test('what is removed is gone', (t) => {
  const { keep, clients } = open(t);
  keep(newClient('c1'));
  assert.deepEqual(
    clients.write([
      { act: 'remove', id: 'c1' },
      { act: 'remove', id: 'c1' },
    ]),
    ['done', 'absent'],
  );
  assert.equal(clients.find('c1', 2_000), undefined);
});
