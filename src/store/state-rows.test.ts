import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RevocationScope } from '#identity/revocation.ts';
import { columnsOf, inForceOf, revocationOf } from '#store/state-rows.ts';

const SCOPES: readonly RevocationScope[] = [
  { scope: 'all' },
  { scope: 'caller', issuer: 'https://idp', subject: 'ada' },
  { scope: 'client', client: 'idp:app' },
];
const REST = { id: 'one', at_ms: 1, epoch_ms: 2, reason: 'stolen', by_issuer: 'https://idp', by_subject: 'root' };

test('each scope reads back from its columns', () => {
  for (const scope of SCOPES)
    assert.deepEqual(revocationOf({ ...REST, scope: scope.scope, ...columnsOf(scope) }), {
      id: 'one',
      scope,
      atMs: 1,
      epochMs: 2,
      reason: 'stolen',
      by: { issuer: 'https://idp', subject: 'root' },
    });
});

test('a row that is missing, of an unknown scope, or without a number or a text is no revocation', () => {
  const row = { ...REST, scope: 'all', revision: 1, record: 'a:1' };
  assert.equal(inForceOf(row).revision, 1);
  assert.throws(() => inForceOf(undefined), /missing/);
  for (const change of [{ scope: 'some' }, { revision: null }, { record: null }, { epoch_ms: 'late' }])
    assert.throws(() => inForceOf({ ...row, ...change }), /unknown scope|not a (number|text)/);
});
