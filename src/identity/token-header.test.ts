import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IssuerPreset } from '#identity/issuer.ts';
import { profileOf } from '#identity/presets.ts';
import { verifyHeader } from '#identity/token-header.ts';
import { LIMITS } from '#limits.ts';

const profile = (preset: IssuerPreset): ReturnType<typeof profileOf> =>
  profileOf({ namespace: 'n', preset, issuer: 'https://idp.example.com', audiences: [] });
const judge = (header: Record<string, unknown>, preset: IssuerPreset = 'generic'): string => {
  const result = verifyHeader({ alg: 'RS256', kid: 'k', ...header }, profile(preset), LIMITS);
  return result.ok ? 'accepted' : result.error;
};

describe('header of a token', () => {
  it('is accepted with algorithm, key id and a type of access tokens', () => {
    assert.deepEqual(verifyHeader({ alg: 'ES256', kid: 'k' }, profile('generic'), LIMITS), {
      ok: true,
      value: { algorithm: 'ES256', kid: 'k' },
    });
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/JWT']) {
      assert.equal(judge({ typ }), 'accepted', typ);
    }
  });

  it('is refused with alg none or a symmetric algorithm in every spelling', () => {
    for (const alg of [
      'none',
      'None',
      'NONE',
      'HS256',
      'HS384',
      'HS512',
      'rs256',
      'ES512',
      'ES256K',
      'RSA-OAEP',
      '',
      'toString',
      '__proto__',
      null,
      1,
      ['RS256'],
    ]) {
      assert.equal(judge({ alg }), 'algorithm_refused', JSON.stringify(alg));
    }
  });

  it('is refused with an algorithm the profile of the issuer does not name', () => {
    assert.equal(judge({ alg: 'PS256' }), 'accepted');
    assert.equal(judge({ alg: 'PS256' }, 'okta'), 'algorithm_refused');
    assert.equal(judge({ alg: 'ES256' }, 'entra'), 'algorithm_refused');
    const narrowed = profileOf({
      namespace: 'n',
      preset: 'generic',
      issuer: 'https://x',
      audiences: [],
      algorithms: ['EdDSA'],
    });
    assert.deepEqual(verifyHeader({ alg: 'RS256', kid: 'k' }, narrowed, LIMITS), {
      ok: false,
      error: 'algorithm_refused',
    });
  });

  it('is refused when it brings or points to a key', () => {
    assert.equal(judge({ jwk: { kty: 'RSA' } }), 'key_in_header');
    assert.equal(judge({ jku: 'https://attacker.example/jwks' }), 'key_in_header');
    assert.equal(judge({ x5u: 'https://attacker.example/cert' }), 'key_in_header');
    assert.equal(judge({ x5c: ['MII'] }), 'key_in_header');
  });

  it('is refused with crit, b64, zip and any other parameter that the profile does not name', () => {
    assert.equal(judge({ crit: ['exp'] }), 'crit_refused');
    for (const name of ['b64', 'zip', 'enc', 'cty', 'x5t', 'x5t#S256', 'nonce', 'Alg', '__proto__x']) {
      assert.equal(judge({ [name]: 'x' }), 'header_key_refused', name);
    }
    assert.equal(judge({ x5t: 'x' }, 'entra'), 'accepted');
    assert.equal(judge({ x5t: 'x' }, 'okta'), 'header_key_refused');
  });

  it('is refused with the type of another kind of token', () => {
    for (const typ of [
      'logout+jwt',
      'id_token+jwt',
      'dpop+jwt',
      'secevent+jwt',
      'application/application/jwt',
      'JWT ',
      '',
      null,
      1,
    ]) {
      assert.equal(judge({ typ }), 'type_refused', JSON.stringify(typ));
    }
  });

  it('is refused without a bounded string that names its key', () => {
    assert.deepEqual(verifyHeader({ alg: 'RS256' }, profile('generic'), LIMITS), { ok: false, error: 'kid_missing' });
    for (const kid of ['', null, 7, ['k'], 'k'.repeat(LIMITS.issuerKeyIdChars + 1)]) {
      assert.equal(judge({ kid }), 'kid_invalid', JSON.stringify(kid)?.slice(0, 20));
    }
    assert.equal(judge({ kid: '../../etc/passwd' }), 'accepted');
  });
});
