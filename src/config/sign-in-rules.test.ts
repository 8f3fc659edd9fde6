import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkSignIn } from '#config/sign-in-rules.ts';

const okta = { preset: 'okta', issuer: 'https://example.okta.com', signIn: { clientId: 'gatebook' } };
const pathsOf = (raw: Record<string, unknown>): readonly string[] => checkSignIn(raw).map(({ path }) => path.join('.'));

it('signing in with an issuer that people can use, under https or on this machine, is no problem', () => {
  for (const publicUrl of ['https://mcp.example.com', 'http://127.0.0.1:8420', 'http://localhost:1', 'http://[::1]:1'])
    assert.deepEqual(pathsOf({ signIn: {}, issuers: { okta }, server: { publicUrl } }), []);
  assert.deepEqual(pathsOf({ signIn: {}, serviceAccounts: { robot: {} } }), []);
  assert.deepEqual(pathsOf({ issuers: { okta: { preset: 'okta' } } }), []);
});

it('each thing that would leave people outside, or let others in, is told at its place', () => {
  assert.deepEqual(pathsOf({ issuers: { okta } }), ['issuers.okta.signIn']);
  assert.deepEqual(pathsOf({ signIn: {}, issuers: { okta: { preset: 'okta' } } }), ['signIn']);
  const both = { ...okta, signIn: { clientId: 'a', clientSecret: 'env:A', clientKey: 'env:B' } };
  assert.deepEqual(pathsOf({ signIn: {}, issuers: { okta: both } }), ['issuers.okta.signIn']);
  for (const publicUrl of ['http://mcp.example.com', 'https://example.com/mcp'])
    assert.deepEqual(
      pathsOf({ signIn: {}, issuers: { okta }, server: { publicUrl } }),
      ['server.publicUrl'],
      publicUrl,
    );
});
