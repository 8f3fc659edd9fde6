import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFreePlace } from '#masking/drop-places.ts';

test('values of servers and clients may go away, what MCP asks for may not', () => {
  for (const path of [
    ['params', 'arguments', 'email'],
    ['result', 'structuredContent', 'rows', 0, 'email'],
    ['result', '_meta', 'x'],
    ['params', 'data', 'user'],
    ['error', 'data', 'user'],
    ['result', 'content', 'email'],
    ['result', 'completion', 'values', 3],
  ])
    assert.equal(isFreePlace(path), true, path.join('/'));
  for (const path of [
    ['result', 'content', 0, 'text'],
    ['result', 'contents', 0, 'uri'],
    ['params', 'name'],
    ['params', 'arguments'],
    ['error', 'message'],
    ['result', 'instructions'],
    [],
  ])
    assert.equal(isFreePlace(path), false, path.join('/'));
});
