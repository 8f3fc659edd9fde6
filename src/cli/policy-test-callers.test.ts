import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCallers } from '#cli/policy-test-callers.ts';

const ISSUERS = {
  okta: { preset: 'okta' as const, issuer: 'https://acme.okta.com', audiences: [], groupsClaim: 'groups' },
};
const SETTINGS = { namespace: 'okta', kind: 'person' as const, groups: [], scopes: [] };

test('a caller is of the issuer it names, with its own name as the subject unless it says another', () => {
  const { callers, complaints } = testCallers({ ann: SETTINGS, bob: { ...SETTINGS, subject: 'b' } }, ISSUERS);
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
    assert.equal(testCallers({ x: settings }, ISSUERS).complaints.length, 1);
  }
});
