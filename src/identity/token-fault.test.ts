import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireFault } from '#identity/token-fault.ts';

describe('public answer to a refused token', () => {
  it('has no error code when no bearer token was shown', () => {
    assert.deepEqual(wireFault('missing'), { status: 401 });
    assert.deepEqual(wireFault('not_bearer'), { status: 401 });
  });

  it('does not tell a forger which check failed', () => {
    const vague = wireFault('bad_signature');
    for (const fault of [
      'unknown_issuer',
      'unknown_key',
      'algorithm_refused',
      'key_in_header',
      'revoked',
      'kind_unproven',
    ] as const) {
      assert.deepEqual(wireFault(fault), vague, fault);
    }
  });

  it('blames the gateway, not the token, while the issuer’s keys are not available', () => {
    assert.equal(wireFault('keys_unavailable').status, 503);
    assert.equal(wireFault('unknown_key').status, 401);
  });
});
