import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAlgorithm } from '#identity/algorithms.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import { profileOf } from '#identity/presets.ts';

const settings = (more: Partial<IssuerSettings>): IssuerSettings => ({
  namespace: 'n',
  preset: 'generic',
  issuer: 'https://idp.example.com',
  audiences: [],
  ...more,
});

describe('profile of an issuer', () => {
  it('allows no preset a symmetric algorithm or a header parameter that brings a key', () => {
    for (const preset of ['okta', 'entra', 'generic'] as const) {
      const profile = profileOf(settings({ preset }));
      assert.ok(profile.algorithms.length > 0 && profile.algorithms.every(isAlgorithm));
      for (const name of ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64'])
        assert.ok(!profile.headerKeys.includes(name), `${preset} ${name}`);
    }
  });

  it('takes the issuer’s own settings over the preset’s', () => {
    const profile = profileOf(
      settings({ groupsClaim: 'roles', subjectClaim: 'oid', clientClaim: 'app', algorithms: ['ES256'] }),
    );
    assert.equal(profile.groupsClaim, 'roles');
    assert.equal(profile.subjectClaim, 'oid');
    assert.deepEqual(profile.clientClaims, ['app']);
    assert.deepEqual(profile.algorithms, ['ES256']);
  });

  it('drops algorithms it does not know, so that a misspelled one allows nothing', () => {
    assert.deepEqual(profileOf(settings({ algorithms: ['HS256', 'none', 'RS256'] })).algorithms, ['RS256']);
  });
});
