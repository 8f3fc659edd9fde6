import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkApiAudiences } from '#config/api-audience.ts';
import { pathText } from '#config/problem.ts';

const complaints = (apiAudience: string): readonly string[] =>
  checkApiAudiences({
    server: { publicUrl: 'https://mcp.example.com/' },
    issuers: {
      okta: { audiences: ['https://mcp.example.com'], apiAudience },
      entra: { audiences: ['urn:entra'] },
    },
    connections: { notes: { audiences: ['urn:notes'] } },
  }).map(({ path }) => pathText(path));

test('an audience of the API that any token for a connection may carry is refused', () => {
  for (const audience of ['https://mcp.example.com', 'urn:entra', 'urn:notes', 'https://mcp.example.com/mcp/notes'])
    assert.deepEqual(complaints(audience), ['issuers.okta.apiAudience'], audience);
  assert.deepEqual(complaints('https://mcp.example.com/api'), []);
});
