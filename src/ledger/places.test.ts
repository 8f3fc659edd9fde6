import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk } from '#ledger/node-disk.ts';
import { firstShardOf, keysDirectory, shardOfWorker, shardsIn } from '#ledger/places.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const file = (...parts: [string, ...string[]]): void => {
  const path = join(...parts);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
};

test('the keys of the first shard are in keys/, those of any other in a folder of its own', () => {
  assert.equal(keysDirectory('/data', 'a', 'a'), '/data/keys');
  assert.equal(keysDirectory('/data', 'a-2', 'a'), '/data/keys/a-2');
});

test('a folder without a book is no shard, nor is one with another kind of name', async (t) => {
  const data = temporaryDirectory(t);
  assert.deepEqual(await shardsIn(nodeDisk, data), []);
  for (const shard of ['b', 'a', 'Upper']) file(data, 'ledger', shard, 'log.vkey');
  mkdirSync(join(data, 'ledger', 'empty'));
  assert.deepEqual(await shardsIn(nodeDisk, data), ['a', 'b']);
});

test('without a configuration the first shard is the only one whose keys have no folder of their own', async (t) => {
  const data = temporaryDirectory(t);
  assert.equal(await firstShardOf(nodeDisk, data, ['a']), 'a');
  assert.equal(await firstShardOf(nodeDisk, data, ['a', 'a-2']), undefined);
  file(data, 'keys', 'a-2', 'ring.jsonl');
  assert.equal(await firstShardOf(nodeDisk, data, ['a', 'a-2']), 'a');
});

test('the first worker writes the shard of the configuration, so that more workers leave its book where it is', () => {
  assert.equal(shardOfWorker('a', 1), 'a');
  assert.equal(shardOfWorker('a', 2), 'a-2');
});
