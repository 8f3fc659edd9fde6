import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers } from '#identity/revocation.ts';

test('a revocation covers exactly the caller, the client or everybody it names', () => {
  const ada = 'https://idp\nada';
  const one = { scope: 'caller', issuer: 'https://idp', subject: 'ada' } as const;
  assert.equal(covers({ scope: 'all' }, ada, []), true);
  assert.equal(covers(one, ada, []), true);
  assert.equal(covers(one, 'https://idp\neve', ['idp:app']), false);
  assert.equal(covers({ ...one, issuer: 'https://other' }, ada, []), false);
  assert.equal(covers({ scope: 'client', client: 'idp:app' }, ada, ['idp:cli', 'idp:app']), true);
  assert.equal(covers({ scope: 'client', client: 'idp:app' }, ada, ['idp:cli']), false);
});
