import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createEpochs, epochAt } from '#identity/epochs.ts';
import { LIMITS } from '#limits.ts';
import { callerOf, countsFromMs, signInFault } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';

const NOW = 1_800_000_000_000;
const ADA: SignIn = {
  id: 'one',
  issuer: 'https://idp.example.com',
  namespace: 'okta',
  subject: '00u1',
  login: 'ada@example.com',
  groups: ['okta:readers'],
  signedInAtMs: NOW,
  expiresAtMs: NOW + 3_600_000,
  checkedAtMs: NOW,
  sealedRefresh: undefined,
  endedAtMs: undefined,
};
const at = (nowMs = NOW + 1, epochs = createEpochs(LIMITS)) => ({ nowMs, epochs, limits: LIMITS });

it('a sign-in holds until it is ended or its hours are over, and not a moment longer', () => {
  assert.equal(signInFault(ADA, 'vscode', at()), undefined);
  assert.equal(signInFault(ADA, 'vscode', at(ADA.expiresAtMs - 1)), undefined);
  assert.equal(signInFault(ADA, 'vscode', at(ADA.expiresAtMs)), 'expired');
  assert.equal(signInFault({ ...ADA, endedAtMs: NOW }, 'vscode', at()), 'ended');
});

it('a revocation of all, of the person or of the client ends what was made before, and nothing made after', () => {
  const revokedAtMs = NOW + 10;
  const epochMs = epochAt(revokedAtMs, LIMITS);
  const revoked = (['all', 'caller', 'client', 'other client'] as const).map((scope) => {
    const epochs = createEpochs(LIMITS);
    if (scope === 'all') epochs.revokeAll(epochMs);
    else if (scope === 'caller') epochs.revokeCaller(ADA, epochMs);
    else epochs.revokeClient(scope === 'client' ? 'gatebook:vscode' : 'gatebook:cursor', epochMs);
    const later = { ...ADA, signedInAtMs: revokedAtMs + 1 };
    return [signInFault(ADA, 'vscode', at(NOW + 20, epochs)), signInFault(later, 'vscode', at(NOW + 20, epochs))];
  });
  assert.deepEqual(revoked, [
    ['revoked', undefined],
    ['revoked', undefined],
    ['revoked', undefined],
    [undefined, undefined],
  ]);
});

it('while revocations cannot be read nobody is let in', () => {
  const epochs = createEpochs(LIMITS);
  epochs.setKnown(false);
  assert.equal(signInFault(ADA, undefined, at(NOW + 1, epochs)), 'revocations_unknown');
});

it('who signs in here is the same caller as with a token of the issuer, through a client of our namespace', () => {
  assert.deepEqual(callerOf(ADA, 'vscode'), {
    issuer: ADA.issuer,
    namespace: 'okta',
    subject: '00u1',
    kind: 'person',
    groups: ['okta:readers'],
    client: 'gatebook:vscode',
    scopes: [],
  });
  assert.equal(countsFromMs(NOW, LIMITS), epochAt(NOW, LIMITS));
});
