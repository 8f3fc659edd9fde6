import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWorkers } from '#config/workers.ts';

test('a shard whose last worker would have no valid name is refused, and what still fits is not', () => {
  const shard = 's'.repeat(61);
  assert.deepEqual(checkWorkers({ shard, server: { workers: 9 } }), []);
  assert.match(checkWorkers({ shard, server: { workers: 10 } })[0]?.fix ?? '', /at most 60/);
});

test('a gateway of one process may use every name', () => {
  for (const server of [undefined, {}, { workers: 1 }, { workers: 'two' }])
    assert.deepEqual(checkWorkers({ shard: 's'.repeat(63), server }), []);
});
