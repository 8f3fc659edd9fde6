import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createAccounts } from '#signin/account.ts';
import type { CheckAgain } from '#signin/asked.ts';
import type { OAuthWrite } from '#oauth/oauth-rows.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { adaSignIn } from '#test/fakes/authorization-server.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import { NOW } from '#test/fakes/oauth-rows.ts';
import { signInParts } from '#test/fakes/sign-in.ts';

/** `says`: the issuer. `claims`: whether this process may ask. */
function open(
  says: () => CheckAgain | Promise<CheckAgain>,
  claims: (write: OAuthWrite) => 'done' | 'used' = () => 'done',
) {
  const parts = signInParts();
  const state = { nowMs: NOW, asked: 0, waits: 0, isReadable: true };
  const ada = adaSignIn([], NOW);
  const kept = new Map<string, SignIn>([[ada.id, ada]]);
  const change = (id: string, more: Partial<SignIn>): void => {
    const signIn = kept.get(id);
    if (signIn !== undefined) kept.set(id, { ...signIn, ...more });
  };
  const accounts = createAccounts({
    ...parts,
    clock: () => state.nowMs,
    signIns: {
      ...parts.signIns,
      find(id) {
        if (!state.isReadable) throw new Error('no disk');
        return kept.get(id);
      },
      update: async (id, more) => change(id, more),
      end: async (id, endedAtMs) => change(id, { endedAtMs }),
    },
    rows: { write: async (write) => claims(write) },
    checkAgain: async () => {
      state.asked += 1;
      return says();
    },
    after: async (ms) => {
      state.waits += 1;
      state.nowMs += ms;
    },
  });
  return { accounts, state, ada, parts, kept, change };
}
const name = (answer: unknown): unknown => (typeof answer === 'string' ? answer : 'found');

it('at a refresh the issuer is asked, unless it was asked a moment ago', async () => {
  const { accounts, state, ada } = open(() => 'holds');
  assert.equal(name(await accounts.findChecked(ada.id, 'editor')), 'found');
  assert.equal(state.asked, 0);
  state.nowMs += LIMITS.issuerCheckFreshMs;
  assert.equal(name(await accounts.findChecked(ada.id, 'editor')), 'found');
  assert.equal(name(await accounts.findChecked(ada.id, 'editor')), 'found');
  assert.equal(state.asked, 1);
});

it('an issuer that says no ends the sign-in, which is in the book before', async () => {
  const { accounts, state, ada, parts, kept } = open(() => 'refused');
  state.nowMs += LIMITS.issuerCheckFreshMs;
  assert.equal(await accounts.findChecked(ada.id, 'editor'), 'none');
  assert.equal(kept.get(ada.id)?.endedAtMs, state.nowMs);
  assert.deepEqual(
    parts.gateway.ledger.entries.map(({ st }) => st),
    ['sign_in_ended'],
  );
  const unrecorded = open(() => 'refused');
  unrecorded.parts.gateway.ledger.refusing = () => LATCHED;
  unrecorded.state.nowMs += LIMITS.issuerCheckFreshMs;
  assert.equal(await unrecorded.accounts.findChecked(unrecorded.ada.id, 'editor'), 'unavailable');
});

it('an issuer that cannot be reached lets people stay for a quarter of an hour after its last word, and no longer', async () => {
  const { accounts, state, ada } = open(() => 'unreachable');
  state.nowMs = NOW + LIMITS.issuerCheckStaleMs - 1;
  assert.equal(name(await accounts.findChecked(ada.id, 'editor')), 'found');
  state.nowMs = NOW + LIMITS.issuerCheckStaleMs;
  assert.equal(await accounts.findChecked(ada.id, 'editor'), 'unavailable');
  const broken = open(() => Promise.reject(new Error('bug')));
  broken.state.nowMs += LIMITS.issuerCheckFreshMs;
  assert.equal(await broken.accounts.findChecked(broken.ada.id, 'editor'), 'unavailable');
});

it('one asks at a time: in this process, and where another process is asking its answer is waited for', async () => {
  const { promise, resolve } = Promise.withResolvers<CheckAgain>();
  const one = open(() => promise);
  one.state.nowMs += LIMITS.issuerCheckFreshMs;
  const both = Promise.all([1, 2].map(() => one.accounts.findChecked(one.ada.id, 'editor')));
  resolve('holds');
  assert.deepEqual([(await both).map(name), one.state.asked], [['found', 'found'], 1]);

  const other = open(
    () => 'holds',
    () => 'used',
  );
  other.state.nowMs += LIMITS.issuerCheckFreshMs;
  const waiting = other.accounts.findChecked(other.ada.id, 'editor');
  other.change(other.ada.id, { endedAtMs: other.state.nowMs });
  assert.equal(await waiting, 'none');
  assert.equal(other.state.asked, 0);

  let claims = 0;
  const gaveUp = open(
    () => 'holds',
    () => ((claims += 1) === 1 ? 'used' : 'done'),
  );
  gaveUp.state.nowMs += LIMITS.issuerCheckFreshMs;
  assert.equal(name(await gaveUp.accounts.findChecked(gaveUp.ada.id, 'editor')), 'found');
  assert.deepEqual([gaveUp.state.asked, gaveUp.state.waits], [1, 1], 'the other had no answer');
});

it('a claim is given back, so that an issuer that was away is asked again at once', async () => {
  const writes: OAuthWrite[] = [];
  const { accounts, state, ada } = open(
    () => 'unreachable',
    (write) => {
      writes.push(write);
      return 'done';
    },
  );
  state.nowMs += LIMITS.issuerCheckFreshMs;
  await accounts.findChecked(ada.id, 'editor');
  assert.deepEqual(writes, [
    { act: 'claim_check', id: ada.id, nowMs: state.nowMs, untilMs: state.nowMs + LIMITS.issuerCheckMs },
    { act: 'claim_check', id: ada.id, nowMs: state.nowMs + LIMITS.issuerCheckMs, untilMs: state.nowMs },
  ]);
});

it('a sign-in that is over is none, and one that cannot be read or judged is not known', () => {
  const { accounts, state, ada, parts } = open(() => 'holds');
  assert.equal(name(accounts.find(ada.id, 'editor')), 'found');
  assert.equal(accounts.find('other', 'editor'), 'none');
  parts.epochs.setKnown(false);
  assert.equal(accounts.find(ada.id, 'editor'), 'unavailable');
  parts.epochs.setKnown(true);
  state.isReadable = false;
  assert.equal(accounts.find(ada.id, 'editor'), 'unavailable');
  state.isReadable = true;
  state.nowMs = ada.expiresAtMs;
  assert.equal(accounts.find(ada.id, 'editor'), 'none');
});
