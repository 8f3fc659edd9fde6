import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptDefinitions } from '#gateway/accept-definitions.ts';
import { createFakeDefinitionStore, fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { ADA, fakeGateway, idOf, UPSTREAM_SECRET } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const V2 = foundTool('get_note', 'v2').hash;

/** `get_note` was `v1` and is `v2` now. */
async function changed() {
  const store = createFakeDefinitionStore();
  const definitions = fakeDefinitions({}, store);
  const found = [foundTool('get_note', 'v1'), foundTool('get_note', 'v2')];
  definitions.known.apply(await store.note({ connection: 'notes', found, atMs: 1 }));
  const gateway = fakeGateway({ definitions });
  const accept = (hash: string, more: object = {}) =>
    acceptDefinitions(
      {
        acceptances: [{ connection: 'notes', kind: 'tool', name: 'get_note', hash, isOnly: false, ...more }],
        by: ADA,
        token: 'token-of-ada-0123456789',
        call: idOf(9),
      },
      { ...gateway, secrets: [UPSTREAM_SECRET] },
    );
  const standing = () => definitions.known.standing('notes', 'tool', 'get_note');
  return { store, gateway, accept, standing };
}

test('an acceptance is durable before it is in force, and then it is', async () => {
  const { gateway, accept, standing } = await changed();
  let changedWhenRecorded: boolean | undefined;
  gateway.ledger.durable = () => void (changedWhenRecorded = standing().changed);
  const accepted = await accept(V2);
  assert.ok(accepted.ok);
  assert.deepEqual([accepted.value.records, changedWhenRecorded, standing().changed], [['a:0'], true, false]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control definition_accepted']);
  const { caller, name, detail } = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual([caller?.subject, name, detail], ['ada', 'get_note', { kind: 'tool', hash: V2, only: false }]);
  assert.deepEqual(accepted.value.definitions[0]?.versions.at(-1)?.accepted, { issuer: ADA.issuer, subject: 'ada' });
});

test('what was never seen cannot be accepted, and leaves nothing', async () => {
  const { gateway, accept, standing } = await changed();
  for (const [hash, more] of [
    ['0'.repeat(64), {}],
    [V2, { name: 'get_other' }],
    [V2, { connection: 'other' }],
    [V2, { kind: 'prompt' }],
  ] as const)
    assert.equal((await accept(hash, more)).ok, false);
  assert.deepEqual([gateway.ledger.entries, standing().changed], [[], true]);
});

test('what cannot be recorded is not accepted; what cannot be kept is said to be recorded', async () => {
  const { store, gateway, accept, standing } = await changed();
  gateway.ledger.refusing = () => LATCHED;
  const unrecorded = await accept(V2);
  assert.deepEqual(unrecorded.ok ? undefined : { ...unrecorded.error }, {
    code: 'audit_unavailable',
    ...LATCHED,
    executed: 'no',
  });
  gateway.ledger.refusing = () => undefined;
  store.failing.add('accept');
  const unkept = await accept(V2);
  assert.ok(!unkept.ok && unkept.error.code === 'state_unavailable' && unkept.error.executed === 'unknown');
  assert.equal(standing().changed, true);
  store.failing.clear();
  assert.ok((await accept(V2)).ok);
  assert.equal(standing().changed, false);
});
