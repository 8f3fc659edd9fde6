import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { edgeLength, leafHash, nodeHash, RightEdge } from '#ledger/merkle.ts';

const sha = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** RFC 6962 section 2.1 word for word: MTH of a list, split at the largest power of two below its length. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0] ?? Buffer.alloc(0));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** Test vectors of RFC 6962 as published with certificate-transparency's reference tree. */
const VECTOR_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const VECTOR_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test('roots are those of the published vectors', () => {
  const edge = new RightEdge();
  for (const [i, leaf] of VECTOR_LEAVES.entries()) {
    edge.append(leafHash(Buffer.from(leaf, 'hex')));
    assert.equal(edge.root().toString('hex'), VECTOR_ROOTS[i]);
  }
});

test('the root of the right edge is the tree hash of RFC 6962 at every size', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
        { maxLength: 70 },
      ),
      (leaves) => {
        const edge = new RightEdge();
        for (const leaf of leaves) edge.append(leafHash(leaf));
        assert.deepEqual(edge.root(), treeHash(leaves));
        assert.equal(edge.roots.length, edgeLength(leaves.length));
      },
    ),
  );
});

test('a tree continued from its right edge is the tree never interrupted', () => {
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.nat({ max: 300 }), (before, after) => {
      const whole = new RightEdge();
      const leaf = (i: number): Buffer => leafHash(Buffer.from(String(i)));
      for (let i = 0; i < before; i += 1) whole.append(leaf(i));
      const continued = new RightEdge(whole.size, whole.roots);
      for (let i = before; i < before + after; i += 1) {
        whole.append(leaf(i));
        continued.append(leaf(i));
      }
      assert.deepEqual(continued.root(), whole.root());
    }),
  );
});

test('a leaf never hashes like a node', () => {
  const [a, b] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
  assert.notDeepEqual(leafHash(Buffer.concat([a, b])), nodeHash(a, b));
});

test('sizes beyond 32 bits keep their edge, and an edge of the wrong length is refused', () => {
  const size = 2 ** 40 + 1;
  const edge = new RightEdge(size, [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
  edge.append(Buffer.alloc(32, 3));
  assert.equal(edge.size, size + 1);
  assert.equal(edge.roots.length, 2);
  assert.throws(() => new RightEdge(3, [Buffer.alloc(32)]), RangeError);
});

test('a copy goes its own way', () => {
  const edge = new RightEdge();
  edge.append(leafHash(Buffer.of(1)));
  const copy = edge.copy();
  copy.append(leafHash(Buffer.of(2)));
  assert.equal(edge.size, 1);
  assert.notDeepEqual(edge.root(), copy.root());
});
