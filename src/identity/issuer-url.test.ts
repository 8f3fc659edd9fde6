import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discoveryUrls, isTrustworthyJwksUri, isTrustworthyUrl } from '#identity/issuer-url.ts';

describe('URL of key material', () => {
  it('is https, or http to this machine', () => {
    for (const url of [
      'https://idp.example.com/x',
      'http://127.0.0.1:9000',
      'http://127.8.9.1',
      'http://localhost:1/',
      'http://[::1]:1/',
      'http://2130706433/',
    ]) {
      assert.equal(isTrustworthyUrl(url), true, url);
    }
    for (const url of [
      'http://idp.example.com',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'http://10.0.0.1',
      'http://[::ffff:10.0.0.1]',
      'file:///etc/passwd',
      'data:application/json,{}',
      'ftp://127.0.0.1',
      'idp.example.com',
      '',
      'https://user:secret@idp.example.com',
      'https://user@idp.example.com',
    ]) {
      assert.equal(isTrustworthyUrl(url), false, url);
    }
  });

  it('may not lead from an issuer behind TLS to plain http, not even on loopback', () => {
    assert.equal(isTrustworthyJwksUri('https://keys.example.com/k', 'https://idp.example.com'), true);
    assert.equal(isTrustworthyJwksUri('http://127.0.0.1/k', 'https://idp.example.com'), false);
    assert.equal(isTrustworthyJwksUri('http://127.0.0.1:1/k', 'http://127.0.0.1:2'), true);
    assert.equal(isTrustworthyJwksUri('http://idp.example.com/k', 'http://127.0.0.1:2'), false);
  });

  it('of discovery appends for OpenID Connect and inserts for RFC 8414', () => {
    assert.deepEqual(discoveryUrls('https://acme.okta.com/oauth2/default'), [
      'https://acme.okta.com/oauth2/default/.well-known/openid-configuration',
      'https://acme.okta.com/.well-known/oauth-authorization-server/oauth2/default',
    ]);
    assert.deepEqual(discoveryUrls('https://idp.example.com/'), [
      'https://idp.example.com/.well-known/openid-configuration',
      'https://idp.example.com/.well-known/oauth-authorization-server',
    ]);
  });
});
