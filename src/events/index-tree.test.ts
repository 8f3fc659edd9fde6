import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { META_SCHEMA } from '#events/index-schema.ts';
import { treeSize, treeSubtrees, TreeWriter } from '#events/index-tree.ts';
import { inclusionProof, rootOfProof } from '#ledger/inclusion-proof.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';

const HASHES = Array.from({ length: 66_100 }, (_, n) => leafHash(Buffer.from(String(n))));

function meta(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(META_SCHEMA);
  return database;
}

function write(database: DatabaseSync, from: number, to: number): void {
  const writer = new TreeWriter(database);
  for (let n = from; n < to; n += 1) writer.append(n, HASHES[n] ?? assert.fail());
  writer.flush();
}

function rootOf(size: number): Buffer {
  const edge = new RightEdge();
  for (const hash of HASHES.slice(0, size)) edge.append(hash);
  return edge.root();
}

test('what is kept proves any leaf of any tree it covers, across tiles and levels', () => {
  const database = meta();
  // In pieces, so that tiles are begun, closed and gone on with.
  for (const [from, to] of [
    [0, 1],
    [1, 255],
    [255, 257],
    [257, 65_535],
    [65_535, HASHES.length],
  ] as const)
    write(database, from, to);
  assert.equal(treeSize(database), HASHES.length);
  const subtree = treeSubtrees(database);
  for (const size of [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, HASHES.length]) {
    const root = rootOf(size);
    for (const index of new Set([0, 1, 254, 255, 256, 257, Math.floor(size / 3), size - 1].filter((n) => n < size))) {
      const leaf = HASHES[index] ?? assert.fail();
      assert.ok(
        rootOfProof(leaf, index, size, inclusionProof(subtree, index, size))?.equals(root),
        `${index} of ${size}`,
      );
    }
  }
  database.close();
});

test('records read again change nothing, and behind one left out the tree does not grow', () => {
  const database = meta();
  write(database, 0, 300);
  const writer = new TreeWriter(database);
  for (let n = 200; n < 310; n += 1) writer.append(n, HASHES[n] ?? assert.fail());
  writer.append(311, HASHES[311] ?? assert.fail());
  writer.flush();
  assert.equal(treeSize(database), 310);
  assert.deepEqual(treeSubtrees(database)(0, 309), HASHES[309]);
  database.close();
});

test('what is not kept is not made up', () => {
  const database = meta();
  assert.equal(treeSize(database), 0);
  write(database, 0, 300);
  const subtree = treeSubtrees(database);
  assert.throws(() => subtree(0, 300), RangeError);
  assert.throws(() => subtree(6, 4), RangeError);
  assert.throws(() => subtree(8, 1), RangeError);
  database.close();
});
