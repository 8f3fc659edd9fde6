import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IssuerSettings } from '#identity/issuer.ts';
import { issuerProblems } from '#identity/issuer.ts';

const GOOD: IssuerSettings = {
  namespace: 'okta',
  preset: 'okta',
  issuer: 'https://acme.okta.com/oauth2/default',
  audiences: ['https://mcp.example.com'],
  apiAudience: 'https://mcp.example.com/api',
  jwksUri: 'https://acme.okta.com/keys',
  algorithms: ['RS256'],
  subjectClaim: 'uid',
  tokenLifetimeMs: 3_600_000,
};

describe('settings of an issuer', () => {
  it('are fine when complete and when minimal', () => {
    assert.deepEqual(issuerProblems(GOOD), []);
    assert.deepEqual(
      issuerProblems({ namespace: 'a', preset: 'generic', issuer: 'http://127.0.0.1:1', audiences: [] }),
      [],
    );
  });

  it('are refused one problem at a time', () => {
    const wrong: Partial<IssuerSettings>[] = [
      { namespace: 'okta:x' },
      { namespace: '' },
      { namespace: '../x' },
      { issuer: 'http://acme.okta.com' },
      { issuer: 'https://acme.okta.com?x=1' },
      { jwksUri: 'http://acme.okta.com/keys' },
      { audiences: [''] },
      { audiences: ['https://mcp.example.com/api'] },
      { algorithms: ['HS256'] },
      { algorithms: ['none'] },
      { algorithms: [] },
      { subjectClaim: 'email' },
      { subjectClaim: 'upn' },
      { tokenLifetimeMs: 0 },
      { tokenLifetimeMs: Number.NaN },
    ];
    for (const change of wrong) assert.equal(issuerProblems({ ...GOOD, ...change }).length, 1, JSON.stringify(change));
  });

  it('tell all problems at once', () => {
    assert.equal(issuerProblems({ ...GOOD, issuer: 'x', jwksUri: 'y', algorithms: ['a', 'b'] }).length, 4);
  });
});
