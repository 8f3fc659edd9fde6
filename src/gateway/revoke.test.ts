import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revoke, settleRevocations } from '#gateway/revoke.ts';
import type { AskedRevocation, RevokeParts } from '#gateway/revoke.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import { ADA, fakeGateway, UPSTREAM_SECRET } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';

const TOKEN = 'token-of-the-admin-0123456789';
const ASKED: AskedRevocation = {
  scope: { scope: 'caller', issuer: 'https://idp', subject: 'eve' },
  reason: 'a stolen laptop',
  by: ADA,
  token: TOKEN,
};

function rig() {
  const gateway = fakeGateway();
  const happened: string[] = [];
  const store = createFakeRevocationStore((name) => happened.push(name));
  gateway.ledger.durable = () => happened.push('record');
  const watch = { apply: () => void happened.push('effect') };
  const parts: RevokeParts = { ...gateway, store, watch, secrets: () => [UPSTREAM_SECRET] };
  return { gateway, parts, happened, store, waiting: store.waiting, inForce: store.enforced, failing: store.failing };
}

test('a revocation is recorded, then kept, then takes effect, and says who, whom, why and until when', async () => {
  const { gateway, parts, happened } = rig();
  const done = await revoke(ASKED, parts);
  assert.deepEqual(happened, ['announce', 'record', 'enforce', 'effect']);
  assert.ok(done.ok);
  assert.equal(done.value.epochMs, gateway.clock() + gateway.limits.tokenClockSkewMs);
  assert.equal(done.value.record, 'a:0');
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control revocation']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual([header.caller?.subject, header.reason], ['ada', 'a stolen laptop']);
  assert.deepEqual(header.detail, { ...ASKED.scope, epoch: new Date(done.value.epochMs).toISOString() });
});

test('secrets in a reason are masked in record, store and answer, and its length is bounded', async () => {
  const { gateway, parts } = rig();
  const reason = `${'x'.repeat(480)} ${TOKEN} ${UPSTREAM_SECRET}`;
  const done = await revoke({ ...ASKED, reason }, parts);
  assert.ok(done.ok);
  assert.ok(done.value.reason.length <= gateway.limits.revocationReasonChars);
  const told = JSON.stringify([done.value, gateway.ledger.entries[0]?.header]);
  for (const secret of [TOKEN.slice(0, 19), UPSTREAM_SECRET]) assert.equal(told.includes(secret), false);
});

test('what cannot be recorded is refused and changes nothing', async () => {
  const { gateway, parts, happened, waiting, inForce } = rig();
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await revoke(ASKED, parts), {
    ok: false,
    error: { code: 'audit_unavailable', ...LATCHED, executed: 'no' },
  });
  assert.deepEqual([happened, waiting.size, inForce.length], [['announce', 'withdraw'], 0, 0]);
});

test('a store that cannot take it, or has no room, refuses it before anything is recorded', async () => {
  const { gateway, parts, failing, store } = rig();
  failing.add('announce');
  const refused = await revoke(ASKED, parts);
  assert.deepEqual(!refused.ok && [refused.error.code, refused.error.executed], ['state_unavailable', 'no']);
  failing.clear();
  store.room = 0;
  const full = await revoke(ASKED, parts);
  assert.equal(!full.ok && full.error.code, 'too_many');
  assert.deepEqual(gateway.ledger.entries, []);
});

test('one that was recorded and could not be kept says that it may come into force, and the next start sees to it', async () => {
  const { gateway, parts, happened, failing, inForce } = rig();
  failing.add('enforce');
  const refused = await revoke(ASKED, parts);
  assert.deepEqual(!refused.ok && [refused.error.code, refused.error.executed], ['state_unavailable', 'unknown']);
  assert.equal(happened.includes('effect'), false);
  failing.clear();
  assert.deepEqual(await settleRevocations(undefined, parts), { ok: true, value: true });
  assert.equal(inForce[0]?.scope, ASKED.scope);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control revocation', 'control revocation']);
});

test('one that another process finished while this one was refused the record is in force, and said to be', async () => {
  const { gateway, parts, inForce } = rig();
  gateway.ledger.refusing = (entry) => {
    if (entry !== undefined) inForce.push({ ...(ASKED as object), id: entry.call, revision: 1 } as RevocationInForce);
    return LATCHED;
  };
  const done = await revoke(ASKED, parts);
  assert.equal(done.ok && done.value.revision, 1);
});

test('a start without a loss revokes nobody, and one with a loss everybody, recorded as the act of the gateway', async () => {
  const sound = rig();
  await settleRevocations(undefined, sound.parts);
  assert.deepEqual([sound.inForce, sound.gateway.ledger.entries], [[], []]);

  const { gateway, parts, inForce } = rig();
  assert.equal((await settleRevocations('the state is older than its mark', parts)).ok, true);
  assert.deepEqual([inForce[0]?.scope, inForce[0]?.reason], [{ scope: 'all' }, 'the state is older than its mark']);
  assert.equal(headerOf(gateway.ledger.entries[0]).caller?.kind, 'gateway');
});

test('a start whose revocations cannot be recorded or kept is refused', async () => {
  const mute = rig();
  mute.gateway.ledger.refusing = () => LATCHED;
  assert.equal((await settleRevocations('lost', mute.parts)).ok, false);
  const stuck = rig();
  await stuck.parts.store.announce({ ...ASKED, id: 'a', atMs: 0, epochMs: 0, by: ADA });
  stuck.failing.add('enforce');
  assert.equal((await settleRevocations(undefined, stuck.parts)).ok, false);
  stuck.gateway.ledger.refusing = () => LATCHED;
  assert.equal((await settleRevocations(undefined, stuck.parts)).ok, false);
});
