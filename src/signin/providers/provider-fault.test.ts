import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerFaultOf } from '#signin/providers/provider-fault.ts';

const thrown = (name: string, more: object): Error => Object.assign(new Error('quotes a token'), { name, ...more });

test('what the issuer says of the person is a no, what it says of us is not', () => {
  const rows = [
    [thrown('ResponseBodyError', { error: 'invalid_grant', status: 400 }), 'issuer_denied'],
    [thrown('ResponseBodyError', { error: 'interaction_required', status: 400 }), 'issuer_denied'],
    [thrown('ResponseBodyError', { error: 'invalid_client', status: 401 }), 'issuer_setup'],
    [thrown('ResponseBodyError', { error: 'invalid_grant', status: 429 }), 'issuer_unreachable'],
    [thrown('AuthorizationResponseError', { error: 'access_denied' }), 'issuer_denied'],
    [thrown('AuthorizationResponseError', { error: 'invalid_scope' }), 'issuer_setup'],
    [thrown('AuthorizationResponseError', { error: 'server_error' }), 'issuer_unreachable'],
    [thrown('WWWAuthenticateChallengeError', { status: 401, cause: [{ scheme: 'bearer' }] }), 'issuer_denied'],
    [thrown('WWWAuthenticateChallengeError', { status: 401, cause: [{ scheme: 'basic' }] }), 'issuer_setup'],
    [thrown('WWWAuthenticateChallengeError', { status: 503, cause: [] }), 'issuer_unreachable'],
  ] as const;
  for (const [error, fault] of rows) assert.equal(providerFaultOf(error), fault);
});

test('an answer without words of OAuth is judged by its status', () => {
  const faultOf = (status: number) =>
    providerFaultOf(
      thrown('ClientError', { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: new Response(null, { status }) }),
    );
  assert.equal(faultOf(401), 'issuer_denied');
  assert.equal(faultOf(404), 'issuer_setup');
  for (const status of [408, 429, 500, 503]) assert.equal(faultOf(status), 'issuer_unreachable');
});

test('whatever else happens is trouble on the way and nobody’s no', () => {
  for (const error of [new TypeError('fetch failed'), thrown('ClientError', { code: 'OAUTH_TIMEOUT' }), 'text', null])
    assert.equal(providerFaultOf(error), 'issuer_unreachable');
});
