import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { createEpochs, epochFault } from '#identity/epochs.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import { createRevocationWatch } from '#identity/revocation-watch.ts';
import { LIMITS } from '#limits.ts';
import { createListeningLog, createManualClock } from '#test/fakes/identity.ts';

const ADA: Caller = {
  issuer: 'https://idp',
  namespace: 'idp',
  subject: 'ada',
  kind: 'person',
  groups: [],
  client: 'idp:app',
  scopes: [],
};
const revocation = (revision: number, epochMs = 5_000): RevocationInForce => ({
  id: `id${revision}`,
  scope: { scope: 'caller', issuer: ADA.issuer, subject: ADA.subject },
  atMs: 0,
  epochMs,
  reason: '',
  by: { issuer: '', subject: '' },
  revision,
  record: 'a:1',
});
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function open() {
  const clock = createManualClock(0);
  const epochs = createEpochs(LIMITS);
  const log = createListeningLog();
  const stored: RevocationInForce[] = [];
  const asked: number[] = [];
  const told: number[] = [];
  const state = { fault: undefined as Error | undefined, hangs: false };
  const watch = createRevocationWatch({
    store: {
      async inForceAfter(revision) {
        asked.push(revision);
        if (state.hangs) await new Promise(() => undefined);
        if (state.fault !== undefined) throw state.fault;
        return stored.filter((one) => one.revision > revision);
      },
    },
    epochs,
    clock,
    monotonic: () => clock.nowMs(),
    limits: LIMITS,
    log,
  });
  watch.onRevoked((revocations) => told.push(...revocations.map((one) => one.revision)));
  const fault = (): string | undefined => epochFault(ADA, 4_000, epochs);
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += LIMITS.statePollMs) {
      clock.advance(LIMITS.statePollMs);
      await turn();
    }
  };
  return { watch, epochs, stored, asked, told, state, log, fault, pass };
}

test('what is in force at the start counts from the start, and a store that cannot be read refuses it', async () => {
  const one = open();
  one.stored.push(revocation(3));
  await one.watch.start();
  assert.equal(one.fault(), 'revoked');
  const other = open();
  other.state.fault = new Error('no such file');
  await assert.rejects(other.watch.start(), /no such file/);
});

test('what another process put in force counts after one poll, which is asked for at the configured interval', async () => {
  const { watch, stored, told, fault, pass } = open();
  await watch.start();
  stored.push(revocation(1));
  assert.equal(fault(), undefined);
  await pass(LIMITS.statePollMs);
  assert.equal(fault(), 'revoked');
  assert.deepEqual(told, [1]);
  // "Within a second" is these two bounds: seen in a poll, calls ended in a check.
  assert.ok(LIMITS.statePollMs + LIMITS.callerCheckMs <= 1_000);
});

test('what this process put in force counts at once and is not told twice', async () => {
  const { watch, stored, told, fault, pass } = open();
  await watch.start();
  stored.push(revocation(1));
  watch.apply(revocation(1));
  assert.equal(fault(), 'revoked');
  await pass(LIMITS.statePollMs);
  assert.deepEqual(told, [1]);
});

test('one of another process that came just before its own is not passed over', async () => {
  const { watch, stored, told, pass } = open();
  await watch.start();
  stored.push(revocation(1), revocation(2));
  watch.apply(revocation(2));
  await pass(LIMITS.statePollMs);
  assert.deepEqual(new Set(told), new Set([1, 2]));
});

test('a store that cannot be read for a moment changes nothing; for too long nobody is let in, until it can be read', async () => {
  const { watch, state, log, fault, pass } = open();
  await watch.start();
  state.fault = new Error('disk I/O error');
  await pass(LIMITS.stateStaleMs - LIMITS.statePollMs);
  assert.equal(fault(), undefined);
  await pass(2 * LIMITS.statePollMs);
  assert.equal(fault(), 'revocations_unknown');
  assert.equal(log.lines.filter((line) => line.level === 'warn').length, 2);
  state.fault = undefined;
  await pass(LIMITS.statePollMs);
  assert.equal(fault(), undefined);
  assert.equal(log.lines.at(-1)?.level, 'info');
});

test('a store that does not answer is one that cannot be read', async () => {
  const { watch, state, asked, fault, pass } = open();
  await watch.start();
  state.hangs = true;
  await pass(LIMITS.stateStaleMs + 3 * LIMITS.statePollMs);
  assert.equal(fault(), 'revocations_unknown');
  assert.equal(asked.length, 2);
});

test('a watch that is closed polls no more', async () => {
  const { watch, asked, pass } = open();
  await watch.start();
  watch.close();
  await pass(4 * LIMITS.statePollMs);
  assert.equal(asked.length, 1);
});
