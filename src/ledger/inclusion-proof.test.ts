import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inclusionProof, rootOfProof, type SubtreeRoot } from '#ledger/inclusion-proof.ts';
import { leafHash, nodeHash, RightEdge } from '#ledger/merkle.ts';

const LEAVES = Array.from({ length: 70 }, (_, n) => Buffer.from(`leaf ${n}`));
const HASHES = LEAVES.map((leaf) => leafHash(leaf));

const subtree: SubtreeRoot = (height, at) => {
  if (height === 0) return HASHES[at] ?? assert.fail(`no leaf ${at}`);
  return nodeHash(subtree(height - 1, 2 * at), subtree(height - 1, 2 * at + 1));
};
function rootOf(size: number): Buffer {
  const edge = new RightEdge();
  for (const hash of HASHES.slice(0, size)) edge.append(hash);
  return edge.root();
}

test('every leaf of every tree is proven to its root', () => {
  for (let size = 1; size <= LEAVES.length; size += 1) {
    const root = rootOf(size);
    for (const [index, hash] of HASHES.slice(0, size).entries())
      assert.ok(
        rootOfProof(hash, index, size, inclusionProof(subtree, index, size))?.equals(root),
        `${index} of ${size}`,
      );
  }
});

test('a proof for another leaf, index or size, or with one hash more, less or changed, leads elsewhere', () => {
  const [index, size] = [19, 45];
  const root = rootOf(size);
  const proof = inclusionProof(subtree, index, size);
  const [leaf, other] = [HASHES[index], HASHES[index + 1]];
  assert.ok(leaf !== undefined && other !== undefined);
  const leads = (...args: Parameters<typeof rootOfProof>): boolean => rootOfProof(...args)?.equals(root) === true;
  assert.ok(leads(leaf, index, size, proof));
  assert.ok(!leads(other, index, size, proof));
  assert.ok(!leads(leaf, index + 1, size, proof));
  assert.ok(!leads(leaf, index, 64 + 13, proof));
  assert.ok(!leads(leaf, index, size, proof.slice(1)));
  assert.ok(!leads(leaf, index, size, [...proof, other]));
  for (const [at] of proof.entries()) assert.ok(!leads(leaf, index, size, proof.with(at, other)));
});

test('there is no proof for a leaf the tree has not', () => {
  for (const [index, size] of [
    [0, 0],
    [5, 5],
    [-1, 5],
  ] as const)
    assert.throws(() => inclusionProof(subtree, index, size), RangeError);
});

test('the example of RFC 9162 section 2.1.5 has the proofs it shows', () => {
  // PATH(0, D[7]) = [b, h, l]; PATH(3, D[7]) = [c, g, l]; PATH(4, D[7]) = [f, j, k]; PATH(6, D[7]) = [i, k].
  const sha = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  const [a, b, c, d, e, f, j] = LEAVES.slice(0, 7).map((leaf) => sha(Buffer.of(0), leaf)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const node = (left: Buffer, right: Buffer): Buffer => sha(Buffer.of(1), left, right);
  const [g, h, i] = [node(a, b), node(c, d), node(e, f)];
  const [k, l] = [node(g, h), node(i, j)];
  assert.deepEqual(inclusionProof(subtree, 0, 7), [b, h, l]);
  assert.deepEqual(inclusionProof(subtree, 3, 7), [c, g, l]);
  assert.deepEqual(inclusionProof(subtree, 4, 7), [f, j, k]);
  assert.deepEqual(inclusionProof(subtree, 6, 7), [i, k]);
});
