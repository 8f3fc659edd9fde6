import assert from 'node:assert/strict';
import { test } from 'node:test';
import { route } from '#api/call.ts';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import { ok } from '#result.ts';

test('a route is its operation and what serves it', () => {
  const serve = () => ok({ json: [] });
  assert.deepEqual(route(getCheckpoint, serve), { operation: getCheckpoint, serve });
});
