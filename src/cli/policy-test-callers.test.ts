import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCallers } from '#cli/policy-test-callers.ts';

const LOADED = {
  publicUrl: 'https://mcp.example.com',
  config: {
    issuers: {
      okta: { preset: 'okta' as const, issuer: 'https://acme.okta.com', audiences: [], groupsClaim: 'groups' },
    },
    serviceAccounts: { deployer: { owner: 'okta:ann', purpose: 'deploys', connections: ['*'] } },
  },
};
const SETTINGS = { namespace: 'okta', kind: 'person' as const, groups: [], scopes: [] };

test('a caller is of the issuer it names, with its own name as the subject unless it says another', () => {
  const { callers, complaints } = testCallers({ ann: SETTINGS, bob: { ...SETTINGS, subject: 'b' } }, LOADED);
  assert.deepEqual(complaints, []);
  assert.deepEqual(callers.get('ann'), {
    ...SETTINGS,
    subject: 'ann',
    client: undefined,
    issuer: 'https://acme.okta.com',
  });
  assert.equal(callers.get('bob')?.subject, 'b');
});

test('an issuer that is not there, also one every object has, and names of another issuer are refused', () => {
  for (const settings of [
    { ...SETTINGS, namespace: 'constructor' },
    { ...SETTINGS, groups: ['okta:a', 'entra:a'] },
    { ...SETTINGS, scopes: ['a'] },
    { ...SETTINGS, client: 'a' },
  ]) {
    assert.equal(testCallers({ x: settings }, LOADED).complaints.length, 1);
  }
});

test('a service account is a caller of the namespace gatebook, with its own name as the subject unless it says another', () => {
  const own = { namespace: 'gatebook', kind: undefined, groups: [], scopes: [] };
  const key = { connections: ['c'], level: 'read' };
  const { callers, complaints } = testCallers({ deployer: own, narrow: { ...own, subject: 'deployer', key } }, LOADED);
  assert.deepEqual(complaints, []);
  assert.equal(callers.get('deployer')?.client, 'gatebook:deployer');
  assert.equal(callers.get('narrow')?.key?.level, 'read');
  assert.equal(testCallers({ gone: own }, LOADED).complaints.length, 1);
  assert.equal(testCallers({ ann: { ...SETTINGS, key } }, LOADED).complaints.length, 1);
});
