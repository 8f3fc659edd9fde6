import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createConsents } from '#oauth/consent.ts';
import type { Consented } from '#oauth/consent.ts';
import { createSeal } from '#oauth/seal.ts';
import { fakeConsentStore } from '#test/fakes/sign-in-state.ts';

const ada = { issuer: 'https://acme.okta.com', subject: '00u1ada' };
const grace = { ...ada, subject: '00u2grace' };
const asked: Consented = {
  clientId: 'https://claude.ai/client.json',
  clientName: 'Claude',
  place: 'claude.ai',
  resource: 'https://mcp.example.com/mcp/notes',
  metadataDigest: 'digest-1',
};

function arrange() {
  const store = fakeConsentStore();
  const secret = Buffer.alloc(32, 1);
  let nowMs = 1_000;
  const consents = createConsents({
    store,
    secret,
    seal: createSeal(secret, 'gatebook consents v1', randomBytes),
    clock: () => nowMs,
    limits: LIMITS,
  });
  return { store, consents, pass: (ms: number) => (nowMs += ms) };
}

test('a consent is for exactly this person, client, place, resource and description of the client', async () => {
  const { consents } = arrange();
  await consents.give(ada, asked);
  assert.equal(consents.isGiven(ada, asked), true);
  assert.equal(consents.isGiven({ ...ada }, { ...asked, clientName: 'whatever' }), true, 'its digest says the rest');
  assert.equal(consents.isGiven(grace, asked), false);
  assert.equal(consents.isGiven({ ...ada, issuer: 'https://other.okta.com' }, asked), false);
  const others = {
    clientId: 'https://claude.ai.evil.example/client.json',
    place: 'evil.example',
    resource: 'https://mcp.example.com/mcp/payments',
    metadataDigest: 'digest-2',
  };
  for (const [part, value] of Object.entries(others))
    assert.equal(consents.isGiven(ada, { ...asked, [part]: value }), false, part);
});

test('a description that changed and was agreed to takes the place of the one before', async () => {
  const { consents } = arrange();
  await consents.give(ada, asked);
  await consents.give(ada, { ...asked, metadataDigest: 'digest-2' });
  assert.equal(consents.isGiven(ada, asked), false);
  assert.equal(consents.of(ada).length, 1);
});

test('a consent is over after its time, and when its person takes it back', async () => {
  const { consents, pass } = arrange();
  await consents.give(ada, asked);
  const [own] = consents.of(ada);
  assert.equal(own?.clientName, 'Claude');
  assert.equal(await consents.forget(grace, own.id), false);
  assert.equal(consents.isGiven(ada, asked), true);
  assert.equal(await consents.forget(ada, own.id), true);
  assert.equal(consents.isGiven(ada, asked), false);

  await consents.give(ada, asked);
  pass(LIMITS.consentMs);
  assert.equal(consents.isGiven(ada, asked), false);
  assert.deepEqual(consents.of(ada), []);
});

test('a row says nothing of who agreed to what', async () => {
  const { store, consents } = arrange();
  await consents.give(ada, asked);
  const text = JSON.stringify([...store.rows.values()].map((row) => Buffer.from(row.sealed).toString('latin1')));
  for (const word of ['ada', 'claude', 'notes']) assert.equal(text.toLowerCase().includes(word), false, word);
});
