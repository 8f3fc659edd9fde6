import { test } from 'node:test';
import assert from 'node:assert/strict';
import { isSchemaPlace } from '#masking/schema-places.ts';

test('the places of the specification hold schemas', () => {
  for (const path of [
    ['result', 'tools', 0, 'inputSchema'],
    ['result', 'tools', 3, 'outputSchema'],
    ['params', 'tools', 0, 'inputSchema'],
    ['params', 'requestedSchema'],
    ['result', 'inputRequests', 'q', 'params', 'requestedSchema'],
    ['result', 'inputRequests', 'q', 'params', 'tools', 0, 'inputSchema'],
  ]) {
    assert.equal(isSchemaPlace(path), true, path.join('/'));
  }
});

test('a member of the same name elsewhere is a value', () => {
  for (const path of [
    ['result', 'structuredContent', 'inputSchema'],
    ['result', 'inputSchema'],
    ['result', 'requestedSchema'],
    ['params', 'arguments', 'tools', 0, 'inputSchema'],
    ['result', 'structuredContent', 'tools', 0, 'inputSchema'],
    ['tools', 0, 'inputSchema'],
    ['inputSchema'],
    [],
  ]) {
    assert.equal(isSchemaPlace(path), false, path.join('/'));
  }
});
