import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileOf } from '#oauth/registered-client.ts';
import { decideClient } from '#signin/registration/decide-client.ts';
import type { ClientAct } from '#signin/registration/decide-client.ts';
import { fakeClientStore, newClient, webMetadata } from '#test/fakes/clients.ts';
import { fakeGateway, GRACE } from '#test/fakes/gateway.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';
import { LATCHED } from '#test/fakes/ledger.ts';

async function rig() {
  const gateway = fakeGateway();
  const store = fakeClientStore();
  const revocationStore = createFakeRevocationStore();
  await store.keep(newClient('c-1'));
  const revocations = { ...gateway, store: revocationStore, watch: { apply: () => undefined }, secrets: () => [] };
  const decide = (act: ClientAct) =>
    decideClient(
      { act, handle: 'c-1', profile: profileOf(webMetadata()), by: GRACE, token: 'token-of-grace' },
      { store, revocations },
    );
  return { gateway, store, revocationStore, decide };
}

test('what cannot be recorded is not decided', async () => {
  for (const act of ['approve', 'deny', 'remove'] as const) {
    const { gateway, store, decide, revocationStore } = await rig();
    gateway.ledger.refusing = () => LATCHED;
    const done = await decide(act);
    assert.deepEqual(
      [done.ok, done.ok ? '' : done.error.code, done.ok ? '' : done.error.executed],
      [false, 'audit_unavailable', 'no'],
    );
    assert.equal(store.rows.get('c-1')?.decision, undefined);
    assert.deepEqual(await revocationStore.inForceAfter(0), []);
  }
});

test('what is recorded and could not be kept, or not revoked, is said to be unknown', async () => {
  const kept = await rig();
  kept.gateway.ledger.durable = () => void (kept.store.isBroken = true);
  const removed = await kept.decide('remove');
  assert.deepEqual(removed.ok ? '' : [removed.error.code, removed.error.executed], ['state_unavailable', 'unknown']);
  const revoked = await rig();
  revoked.revocationStore.announce = async () => Promise.reject(new Error('the disk is gone'));
  const denied = await revoked.decide('deny');
  assert.deepEqual(denied.ok ? '' : [denied.error.code, denied.error.executed], ['state_unavailable', 'unknown']);
  assert.equal(revoked.store.rows.get('c-1')?.decision?.is, 'denied', 'nothing new is given to it all the same');
});

test('an approval revokes nothing', async () => {
  const { decide, revocationStore } = await rig();
  assert.equal((await decide('approve')).ok, true);
  assert.deepEqual(await revocationStore.inForceAfter(0), []);
});
