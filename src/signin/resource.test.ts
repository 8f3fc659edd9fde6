import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectionOf, isResource } from '#signin/resource.ts';

const HERE = 'https://mcp.example.com';

it('a token is for one connection or for the API, as we spell them, and for nothing else', () => {
  assert.equal(connectionOf(`${HERE}/mcp/notes`, HERE), 'notes');
  assert.equal(isResource(`${HERE}/mcp/none-of-this-name`, HERE), true);
  assert.deepEqual([isResource(`${HERE}/api`, HERE), connectionOf(`${HERE}/api`, HERE)], [true, undefined]);
  for (const other of [
    HERE,
    `${HERE}/`,
    `${HERE}/mcp/`,
    `${HERE}/mcp/notes/`,
    `${HERE}/mcp/notes?a=b`,
    `${HERE}/mcp/Notes`,
    `${HERE}/mcp/../api`,
    `${HERE}/api/v1`,
    `${HERE}.evil.example/mcp/notes`,
    `http://mcp.example.com/mcp/notes`,
    'https://other.example/mcp/notes',
    'urn:x',
    '',
  ])
    assert.equal(isResource(other, HERE), false, other);
});
