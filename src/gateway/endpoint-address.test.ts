import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointAddress, endpointIdsOf } from '#gateway/endpoint-address.ts';

test('an endpoint is on the path of its connection as clients know it, whatever the id', () => {
  assert.equal(endpointAddress('https://mcp.example.com/mcp/notes', 'abc'), '/mcp/notes?session=abc');
  assert.equal(
    endpointAddress('https://example.com/behind/mcp/notes', 'w1-a&b=c'),
    '/behind/mcp/notes?session=w1-a%26b%3Dc',
  );
});

test('every session an address names is found, so that two are seen as two', () => {
  assert.deepEqual(endpointIdsOf(endpointAddress('https://a/mcp/notes', 'w1-a&b=c')), ['w1-a&b=c']);
  assert.deepEqual(endpointIdsOf('/mcp/notes?session=a&x=1&session=b'), ['a', 'b']);
  assert.deepEqual(endpointIdsOf('/mcp/notes?session='), ['']);
  for (const url of ['/mcp/notes', '/mcp/notes?Session=a', '/mcp/session=a', undefined])
    assert.deepEqual(endpointIdsOf(url), []);
});
