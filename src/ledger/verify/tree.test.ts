import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { MerkleEdge, leafHash, nodeHash } from '#ledger/verify/tree.ts';
import { merkleRoot, rightEdge } from '#test/golden/build.ts';

test('the empty tree, one leaf and two leaves hash as RFC 6962 section 2.1 says', () => {
  const tree = new MerkleEdge();
  assert.equal(tree.root().toString('hex'), createHash('sha256').digest('hex'));
  const [a, b] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
  assert.equal(a.toString('hex'), createHash('sha256').update('\0a').digest('hex'));
  tree.append(a);
  assert.deepEqual(tree.root(), a);
  tree.append(b);
  assert.deepEqual(tree.root(), nodeHash(a, b));
});

test('root and right edge agree with the recursion of the RFC at every size up to 130', () => {
  const tree = new MerkleEdge();
  const hashes: Buffer[] = [];
  for (let size = 1; size <= 130; size += 1) {
    const hash = leafHash(Buffer.from(String(size)));
    hashes.push(hash);
    tree.append(hash);
    assert.equal(tree.size, size);
    assert.deepEqual(tree.root(), merkleRoot(hashes));
    assert.deepEqual(tree.edge, rightEdge(hashes));
  }
});
