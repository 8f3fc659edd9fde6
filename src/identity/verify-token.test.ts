import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { IssuerSettings } from '#identity/issuer.ts';
import { profileOf } from '#identity/presets.ts';
import { verifyClaims } from '#identity/verify-token.ts';
import { LIMITS } from '#limits.ts';

const NOW = 1_800_000_000;
const settings: IssuerSettings = {
  namespace: 'idp',
  preset: 'generic',
  issuer: 'https://idp.example.com',
  audiences: [],
};
const GOOD = {
  sub: 'alice',
  aud: 'https://mcp.example.com',
  iat: NOW - 10,
  exp: NOW + 300,
  client_id: 'app',
  scope: 'mcp',
};
const SKEW = LIMITS.tokenClockSkewMs / 1_000;

const judge = (claims: Record<string, unknown>, more: Partial<IssuerSettings> = {}): string => {
  const result = verifyClaims(
    { ...GOOD, ...claims },
    {
      settings: { ...settings, ...more },
      profile: profileOf({ ...settings, ...more }),
      audiences: [['https://other.example.com'], ['https://mcp.example.com']],
      nowMs: NOW * 1_000,
      limits: LIMITS,
    },
  );
  return result.ok ? 'accepted' : result.error;
};

describe('claims of a token', () => {
  it('are accepted when every one is right', () => {
    assert.equal(judge({}), 'accepted');
    assert.equal(judge({ iat: NOW - 10.5, exp: NOW + 300.25, nbf: NOW - 10.5 }), 'accepted');
  });

  it('are refused from the second of exp on, without leeway', () => {
    assert.equal(judge({ exp: NOW + 0.001 }), 'accepted');
    assert.equal(judge({ exp: NOW }), 'expired');
    assert.equal(judge({ exp: NOW - 1 }), 'expired');
    assert.equal(judge({ exp: 0 }), 'expired');
  });

  it('are refused when exp, iat or nbf is no finite number of seconds', () => {
    for (const value of [
      String(NOW + 300),
      null,
      true,
      [],
      {},
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      9e15,
      10n ** 400n,
    ]) {
      assert.equal(judge({ exp: value }), 'exp_invalid', inspect(value));
      assert.equal(judge({ iat: value }), 'iat_invalid', inspect(value));
      assert.equal(judge({ nbf: value }), 'nbf_invalid', inspect(value));
    }
    assert.equal(judge({ exp: undefined }), 'exp_invalid');
    assert.equal(judge({ iat: undefined }), 'iat_invalid');
  });

  it('are refused when iat or nbf lies further ahead than clocks may differ', () => {
    assert.equal(judge({ iat: NOW + SKEW }), 'accepted');
    assert.equal(judge({ iat: NOW + SKEW + 1 }), 'iat_in_future');
    assert.equal(judge({ nbf: NOW + SKEW }), 'accepted');
    assert.equal(judge({ nbf: NOW + SKEW + 1 }), 'not_yet_valid');
  });

  it('are refused when the token lives longer than the gateway or its issuer settings allow', () => {
    const longest = LIMITS.tokenLifetimeMs / 1_000;
    assert.equal(judge({ iat: NOW, exp: NOW + longest }), 'accepted');
    assert.equal(judge({ iat: NOW, exp: NOW + longest + 1 }), 'lifetime_too_long');
    assert.equal(judge({ iat: 0 }), 'lifetime_too_long');
    assert.equal(judge({ iat: NOW, exp: NOW + 61 }, { tokenLifetimeMs: 60_000 }), 'lifetime_too_long');
    assert.equal(judge({ iat: NOW, exp: NOW + 60 }, { tokenLifetimeMs: 60_000 }), 'accepted');
    assert.equal(judge({ iat: NOW, exp: NOW + longest + 1 }, { tokenLifetimeMs: 1e12 }), 'lifetime_too_long');
  });

  it('are refused unless one audience is exactly an accepted one', () => {
    assert.equal(judge({ aud: ['https://x', 'https://other.example.com'] }), 'accepted');
    for (const aud of [
      'https://mcp.example.com/',
      'https://MCP.example.com',
      'https://mcp.example.com.evil',
      'https://mcp.example',
      ['https://x'],
      ' https://mcp.example.com',
    ]) {
      assert.equal(judge({ aud }), 'wrong_audience', inspect(aud));
    }
    const many = Array.from({ length: LIMITS.tokenAudiences + 1 }, () => 'https://mcp.example.com');
    for (const aud of [
      undefined,
      null,
      '',
      [],
      ['https://mcp.example.com', 1],
      ['https://mcp.example.com', ''],
      {},
      1,
      many,
    ]) {
      assert.equal(judge({ aud }), 'audience_invalid', inspect(aud));
    }
  });

  it('are refused when the token is bound to a key that nobody has shown', () => {
    assert.equal(judge({ cnf: { jkt: 'x' } }), 'cnf_refused');
    assert.equal(judge({ cnf: null }), 'cnf_refused');
  });

  it('are refused when they are those of an ID token', () => {
    for (const name of ['nonce', 'at_hash', 'c_hash', 's_hash']) assert.equal(judge({ [name]: 'x' }), 'id_token', name);
    for (const typ of ['ID', 'Refresh', 'Offline', 'Logout', 1, null]) assert.equal(judge({ typ }), 'purpose_refused');
    for (const use of ['id', 'refresh', ['access']]) assert.equal(judge({ token_use: use }), 'purpose_refused');
    assert.equal(judge({ token_introspection: {} }), 'purpose_refused');
    for (const access of [{ typ: 'Bearer' }, { typ: 'JWT' }, { token_use: 'access' }])
      assert.equal(judge(access), 'accepted');
    assert.equal(judge({ jti: 'ID.abc' }), 'id_token');
    assert.equal(judge({ jti: 'AT.abc' }), 'accepted');
    assert.equal(judge({ client_id: 'https://mcp.example.com', scope: undefined }), 'id_token');
    assert.equal(judge({ client_id: 'https://mcp.example.com' }), 'accepted');
  });

  it('are refused when they are those of a logout token or another security event', () => {
    assert.equal(
      judge({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
      'security_event_token',
    );
  });
});
