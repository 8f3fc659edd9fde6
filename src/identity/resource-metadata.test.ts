import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  apiMetadata,
  apiMetadataUrl,
  challenge,
  resourceMetadata,
  resourceMetadataUrl,
  resourceUrl,
} from '#identity/resource-metadata.ts';

const URL_OF_METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp/github';

describe('protected resource metadata', () => {
  it('names the connection’s URL, its issuers and the header as the only way to send a token', () => {
    assert.deepEqual(
      resourceMetadata({
        publicUrl: 'https://mcp.example.com/',
        name: 'github',
        issuers: ['https://a', 'https://b'],
        scopes: ['mcp'],
      }),
      {
        resource: 'https://mcp.example.com/mcp/github',
        authorization_servers: ['https://a', 'https://b'],
        bearer_methods_supported: ['header'],
        scopes_supported: ['mcp'],
        resource_name: 'github',
      },
    );
    assert.equal('scopes_supported' in resourceMetadata({ publicUrl: 'https://x', name: 'a', issuers: [] }), false);
  });

  it('lies between host and path of the resource, also below a path', () => {
    assert.equal(resourceMetadataUrl('https://mcp.example.com', 'github'), URL_OF_METADATA);
    assert.equal(
      resourceMetadataUrl('https://example.com/gate/', 'github'),
      'https://example.com/.well-known/oauth-protected-resource/gate/mcp/github',
    );
  });

  it('stays below /mcp/ whatever the connection is called', () => {
    assert.equal(resourceUrl('https://x', '../api?a#b'), 'https://x/mcp/..%2Fapi%3Fa%23b');
  });
});

describe('challenge', () => {
  it('without a token only points to the metadata', () => {
    assert.equal(challenge(URL_OF_METADATA, { fault: 'missing' }), `Bearer resource_metadata="${URL_OF_METADATA}"`);
  });

  it('for a refused token adds the plain reason', () => {
    assert.equal(
      challenge(URL_OF_METADATA, { fault: 'expired' }),
      `Bearer resource_metadata="${URL_OF_METADATA}", error="invalid_token", error_description="The access token expired"`,
    );
  });

  it('for a missing scope names the scopes', () => {
    assert.equal(
      challenge(URL_OF_METADATA, { missingScopes: ['mcp.read', 'mcp.write'] }),
      `Bearer resource_metadata="${URL_OF_METADATA}", error="insufficient_scope", scope="mcp.read mcp.write"`,
    );
  });

  it('cannot be broken out of by what it quotes', () => {
    assert.equal(
      challenge('https://x/"\\\r\nSet-Cookie: a', { fault: 'missing' }),
      'Bearer resource_metadata="https://x/Set-Cookie: a"',
    );
  });
});

describe('the API', () => {
  it('is a resource of its own', () => {
    assert.equal(
      apiMetadataUrl('https://mcp.example.com'),
      'https://mcp.example.com/.well-known/oauth-protected-resource/api',
    );
    assert.deepEqual(apiMetadata('https://mcp.example.com/', ['https://issuer.example']), {
      resource: 'https://mcp.example.com/api',
      authorization_servers: ['https://issuer.example'],
      bearer_methods_supported: ['header'],
      resource_name: 'Gatebook API',
    });
  });

  it('asks for more rights without naming a scope where groups are what is missing', () => {
    assert.equal(
      challenge(URL_OF_METADATA, { missingScopes: [] }),
      `Bearer resource_metadata="${URL_OF_METADATA}", error="insufficient_scope"`,
    );
  });
});

describe('step-up', () => {
  it('somebody who signed in too long ago is told how long ago it may be', () => {
    assert.equal(
      challenge('https://mcp.example.com/x', { maxAgeSeconds: 300 }),
      'Bearer resource_metadata="https://mcp.example.com/x", error="insufficient_user_authentication", max_age="300"',
    );
  });
});
