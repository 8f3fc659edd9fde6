import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileOf } from '#identity/presets.ts';
import { scopesOf, signInProfileOf } from '#signin/providers/sign-in-profile.ts';

const ISSUER = { issuer: 'https://acme.okta.com', namespace: 'idp', audiences: [] } as const;

test('a person’s subject is the same claim value as in access tokens of that issuer', () => {
  const claims = (preset: 'okta' | 'entra' | 'generic') => [
    profileOf({ ...ISSUER, preset }).subjectClaim,
    signInProfileOf({ ...ISSUER, preset }).subjectClaim,
  ];
  assert.deepEqual(claims('okta'), ['uid', 'sub'], 'the user id, in both');
  assert.deepEqual(claims('entra'), ['oid', 'oid']);
  assert.deepEqual(claims('generic'), ['sub', 'sub']);
});

test('a scope that the issuer does not have is not asked for, unless the configuration says so', () => {
  const okta = signInProfileOf({ ...ISSUER, preset: 'okta' });
  assert.equal(scopesOf(okta, undefined, ['openid', 'profile', 'offline_access']), 'openid profile offline_access');
  assert.equal(scopesOf(okta, undefined, undefined), 'openid profile groups offline_access');
  assert.equal(scopesOf(okta, ['roles', 'openid'], ['openid']), 'openid roles');
});

test('Google is asked for a refresh token in its own words, and nobody else is', () => {
  const google = signInProfileOf({ preset: 'generic', issuer: 'https://accounts.google.com' });
  assert.deepEqual(google.parameters, { access_type: 'offline', prompt: 'consent' });
  assert.deepEqual(signInProfileOf({ ...ISSUER, preset: 'generic' }).parameters, {});
});
