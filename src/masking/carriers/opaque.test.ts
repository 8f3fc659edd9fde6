import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpaquePlace } from '#masking/carriers/opaque.ts';

test('places of values that are handed back unread are known', () => {
  for (const path of [
    ['params', 'cursor'],
    ['result', 'nextCursor'],
    ['params', '_meta', 'progressToken'],
    ['result', 'requestState'],
    ['result', 'task', 'taskId'],
    ['result', 'tasks', 3, 'taskId'],
    ['params', 'notifications', 'taskIds', 0],
  ])
    assert.equal(isOpaquePlace(path), true, path.join('/'));
});

test('what a tool calls by the same names is not opaque, nor is anything near', () => {
  for (const path of [
    ['params', 'arguments', 'cursor'],
    ['result', 'structuredContent', 'taskId'],
    ['result', '_meta', 'cursor'],
    ['params', 'notifications', 'taskIds'],
    ['error', 'data', 'requestState'],
    ['cursor'],
    [],
  ])
    assert.equal(isOpaquePlace(path), false, path.join('/'));
});
