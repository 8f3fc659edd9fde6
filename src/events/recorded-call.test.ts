import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedCall } from '#events/recorded-call.ts';
import { err, ok } from '#result.ts';

const book = { source: () => Promise.reject(new Error('no book')) };
const { signal } = new AbortController();

test('what is no record, is not indexed yet, or does not hold is told apart', async () => {
  const silent = { ask: async () => ok(undefined), close: async () => undefined };
  const broken = { ask: async () => err({ reason: 'failed' as const, message: '' }), close: async () => undefined };
  assert.deepEqual(await recordedCall('nowhere', { searcher: silent as never, book }, signal), err('damaged'));
  assert.deepEqual(await recordedCall('a:7', { searcher: silent as never, book }, signal), err('not_indexed'));
  assert.deepEqual(await recordedCall('a:7', { searcher: broken as never, book }, signal), err('not_indexed'));
});
