import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endRevoked } from '#gateway/end-revoked.ts';
import { callerKey } from '#identity/caller.ts';
import type { RevocationScope } from '#identity/revocation.ts';
import { ADA, fakeGateway, GRACE } from '#test/fakes/gateway.ts';

const ONLY_ADA: RevocationScope = { scope: 'caller', issuer: ADA.issuer, subject: ADA.subject };

test('legacy sessions of the callers meant are unknown afterwards, those of others are not', () => {
  for (const [scope, expected] of [
    [ONLY_ADA, [false, true]],
    [{ scope: 'client', client: 'okta:cli' }, [false, true]],
    [{ scope: 'all' }, [false, false]],
  ] as const) {
    const gateway = fakeGateway();
    const known = [ADA, { ...GRACE, client: 'okta:other' }].map((caller) => {
      const owner = { caller: callerKey(caller), connection: 'notes', client: caller.client };
      const entry = gateway.sessions.candidate(undefined, undefined);
      gateway.sessions.begin(owner, entry);
      return () => gateway.sessions.find(owner, entry.wireId ?? '') !== undefined;
    });
    endRevoked([{ scope }], gateway);
    assert.deepEqual(
      known.map((isKnown) => isKnown()),
      expected,
      scope.scope,
    );
  }
});

test('server processes are asked to end for the callers meant', () => {
  const gateway = fakeGateway();
  const asked: boolean[] = [];
  Object.assign(gateway.upstream, {
    endCallers: (isMeant: (caller: string, clients: readonly string[]) => boolean) =>
      asked.push(isMeant(callerKey(ADA), []), isMeant(callerKey(GRACE), ['okta:cli'])),
  });
  endRevoked([{ scope: ONLY_ADA }], { ...gateway, connections: new Map([...gateway.connections].slice(0, 1)) });
  assert.deepEqual(asked, [true, false]);
});
