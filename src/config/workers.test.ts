import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWorkers } from '#config/workers.ts';
import { keysDirectory, shardOfWorker } from '#ledger/places.ts';

test('a shard whose last worker would have no valid name is refused, and what still fits is not', () => {
  const shard = 's'.repeat(61);
  assert.deepEqual(checkWorkers({ shard, server: { workers: 9 } }), []);
  assert.match(checkWorkers({ shard, server: { workers: 10 } })[0]?.fix ?? '', /at most 60/);
});

test('a gateway of one process may use every name', () => {
  for (const server of [undefined, {}, { workers: 1 }, { workers: 'two' }])
    assert.deepEqual(checkWorkers({ shard: 's'.repeat(63), server }), []);
});

test('a shard whose keys would lie among the cached keys of issuers is refused, and those of its workers never do', () => {
  for (const server of [undefined, { workers: 1 }, { workers: 4 }])
    assert.match(checkWorkers({ shard: 'issuers', server })[0]?.message ?? '', /cannot be issuers/);
  for (const shard of ['issuer', 'issuers-2']) assert.deepEqual(checkWorkers({ shard, server: { workers: 4 } }), []);
  for (const shard of ['issuers', 'issuers-', 'i', '-'])
    for (const worker of [2, 3, 99])
      assert.notEqual(keysDirectory('/d', shardOfWorker(shard, worker), 'a'), '/d/keys/issuers');
});
