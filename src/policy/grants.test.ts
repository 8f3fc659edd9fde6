import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { compileGrants, isFor, matchCaller, matchGrants } from '#policy/grants.ts';

const CALLER: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev', 'okta:ops'],
  client: 'okta:app',
  scopes: ['okta:read'],
};

test('all grants that match are given in their order, each with the names it matched by', () => {
  const grants = compileGrants([
    { groups: ['okta:ops', 'okta:dev'], connections: ['c'], level: 'a' },
    { groups: ['okta:none'], connections: ['*'], level: 'b' },
    { subjects: ['okta:ann'], scopes: ['okta:read'], connections: ['*'], level: 'c' },
    { groups: ['okta:dev'], connections: ['other'], level: 'd' },
  ]);
  assert.deepEqual(matchGrants(grants, CALLER, 'c'), [
    { index: 0, level: 'a', matched: 'groups okta:dev' },
    { index: 2, level: 'c', matched: 'subjects okta:ann, scopes okta:read' },
  ]);
});

test('the same group name at another issuer, or in another case, is another group', () => {
  for (const group of ['entra:dev', 'okta:Dev', 'dev', 'okta:dev ', 'okta:']) {
    assert.deepEqual(
      matchGrants(compileGrants([{ groups: [group], connections: ['*'], level: 'a' }]), CALLER, 'c'),
      [],
    );
  }
});

test('a subject of one issuer is not the same subject of another', () => {
  const grants = compileGrants([{ subjects: ['okta:ann'], connections: ['*'], level: 'a' }]);
  assert.equal(matchGrants(grants, CALLER, 'c').length, 1);
  assert.equal(matchGrants(grants, { ...CALLER, namespace: 'entra' }, 'c').length, 0);
});

test('a star among connections is every connection, and a connection named like a pattern is not one', () => {
  const grants = compileGrants([{ groups: ['okta:dev'], connections: ['a*'], level: 'a' }]);
  assert.deepEqual(matchGrants(grants, CALLER, 'abc'), []);
});

test('a grant that names nobody matches nobody, and says so', () => {
  const [grant] = compileGrants([{ connections: ['c'], level: 'a' }]);
  assert.ok(grant);
  assert.deepEqual(matchCaller(grant, CALLER), { matches: false, because: ['it names nobody'] });
  assert.ok(isFor(grant, 'c') && !isFor(grant, 'd'));
});
