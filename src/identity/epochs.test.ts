import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { createEpochs, epochAt, epochFault, isRevoked, raiseEpoch } from '#identity/epochs.ts';
import { LIMITS } from '#limits.ts';

const caller = (subject: string, client?: string): Caller => ({
  issuer: 'https://idp',
  namespace: 'idp',
  subject,
  kind: 'person',
  groups: [],
  client,
  scopes: [],
});
const ALICE = caller('alice', 'idp:app');
const BOB = caller('bob', 'idp:app');

describe('revocation epochs', () => {
  it('revoke nothing at first', () => {
    assert.equal(isRevoked(ALICE, 0, createEpochs(LIMITS)), false);
  });

  it('of one caller revoke what was issued up to that very instant, and nobody else', () => {
    const epochs = createEpochs(LIMITS);
    epochs.revokeCaller(ALICE, 5_000);
    assert.equal(isRevoked(ALICE, 4_000, epochs), true);
    assert.equal(isRevoked(ALICE, 5_000, epochs), true);
    assert.equal(isRevoked(ALICE, 5_001, epochs), false);
    assert.equal(isRevoked(BOB, 4_000, epochs), false);
    assert.equal(isRevoked({ ...ALICE, issuer: 'https://other' }, 4_000, epochs), false);
  });

  it('of a client revoke every caller who came through it', () => {
    const epochs = createEpochs(LIMITS);
    epochs.revokeClient('idp:app', 5_000);
    assert.equal(isRevoked(ALICE, 5_000, epochs) && isRevoked(BOB, 5_000, epochs), true);
    assert.equal(isRevoked(caller('alice', 'idp:other'), 5_000, epochs), false);
    assert.equal(isRevoked(caller('alice'), 5_000, epochs), false);
  });

  it('of everybody revoke everybody', () => {
    const epochs = createEpochs(LIMITS);
    epochs.revokeAll(5_000);
    assert.equal(isRevoked(caller('carol'), 5_000, epochs), true);
  });

  it('never fall: a later revocation with an earlier instant changes nothing', () => {
    const epochs = createEpochs(LIMITS);
    epochs.revokeCaller(ALICE, 5_000);
    epochs.revokeCaller(ALICE, 1_000);
    epochs.revokeAll(4_000);
    epochs.revokeAll(1);
    assert.equal(isRevoked(ALICE, 5_000, epochs), true);
    assert.equal(isRevoked(BOB, 4_000, epochs), true);
  });

  it('make room by forgetting what no living token can be older than', () => {
    const epochs = createEpochs({ revocationEpochs: 2, tokenLifetimeMs: 1_000 });
    epochs.revokeCaller(ALICE, 0);
    epochs.revokeClient('idp:x', 0);
    epochs.revokeCaller(BOB, 5_000);
    assert.equal(isRevoked(BOB, 5_000, epochs), true);
    assert.equal(isRevoked(caller('carol'), 4_999, epochs), false);
  });

  it('revoke everybody when there is no room for one more', () => {
    const epochs = createEpochs({ revocationEpochs: 1, tokenLifetimeMs: 1_000 });
    epochs.revokeCaller(ALICE, 5_000);
    epochs.revokeCaller(BOB, 5_001);
    assert.equal(isRevoked(BOB, 5_001, epochs), true);
    assert.equal(isRevoked(caller('carol'), 5_001, epochs), true);
  });

  it('of everybody make room by forgetting the lower ones of callers and clients', () => {
    const epochs = createEpochs({ revocationEpochs: 1, tokenLifetimeMs: 1_000_000 });
    epochs.revokeCaller(ALICE, 4_000);
    epochs.revokeAll(5_000);
    epochs.revokeCaller(BOB, 6_000);
    assert.equal(isRevoked(ALICE, 5_000, epochs) && isRevoked(BOB, 6_000, epochs), true);
    assert.equal(isRevoked(caller('carol'), 6_000, epochs), false);
  });

  it('also revoke the unseen token of an issuer whose clock is ahead by all that is tolerated', () => {
    const epochs = createEpochs(LIMITS);
    const killedAtMs = 1_000_000;
    epochs.revokeCaller(ALICE, epochAt(killedAtMs, LIMITS));
    assert.equal(isRevoked(ALICE, killedAtMs + LIMITS.tokenClockSkewMs, epochs), true);
    assert.equal(isRevoked(ALICE, killedAtMs + LIMITS.tokenClockSkewMs + 1, epochs), false);
  });

  it('are raised for exactly the scope of a revocation', () => {
    const [one, client, all] = [createEpochs(LIMITS), createEpochs(LIMITS), createEpochs(LIMITS)];
    raiseEpoch(one, { scope: 'caller', issuer: ALICE.issuer, subject: 'alice' }, 5_000);
    raiseEpoch(client, { scope: 'client', client: 'idp:app' }, 5_000);
    raiseEpoch(all, { scope: 'all' }, 5_000);
    const other = caller('carol', 'idp:other');
    const whom = [ALICE, BOB, other];
    assert.deepEqual(
      [one, client, all].map((epochs) => whom.map((who) => isRevoked(who, 5_000, epochs))),
      [
        [true, false, false],
        [true, true, false],
        [true, true, true],
      ],
    );
  });

  it('that are not known let nobody be called good, and a revoked one still revoked', () => {
    const epochs = createEpochs(LIMITS);
    epochs.revokeCaller(ALICE, 5_000);
    epochs.setKnown(false);
    assert.deepEqual(
      [epochFault(ALICE, 5_000, epochs), epochFault(BOB, 5_000, epochs)],
      ['revoked', 'revocations_unknown'],
    );
    epochs.setKnown(true);
    assert.equal(epochFault(BOB, 5_000, epochs), undefined);
  });
});
