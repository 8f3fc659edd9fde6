/** Merkle inclusion proofs (RFC 9162 section 2.1.3) from the hashes of complete subtrees. Pure: knows no file. */
import { nodeHash } from '#ledger/merkle.ts';

/** Root of the complete subtree of 2^`height` leaves that begins at leaf `at` · 2^`height`. */
export type SubtreeRoot = (height: number, at: number) => Buffer;

/** The hashes from the leaf's sibling up, for leaf `index` of the tree of the first `size` leaves. */
export function inclusionProof(subtree: SubtreeRoot, index: number, size: number): readonly Buffer[] {
  if (!Number.isSafeInteger(size) || index < 0 || index >= size)
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
  const proof: Buffer[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + largestPowerBelow(end - begin);
    if (index < middle) {
      proof.push(rangeRoot(subtree, middle, end));
      end = middle;
    } else {
      proof.push(rangeRoot(subtree, begin, middle));
      begin = middle;
    }
  }
  return proof.toReversed();
}

/** The root that a proof leads to from a leaf's hash (RFC 9162 section 2.1.3.2); undefined when it has the wrong length. */
export function rootOfProof(leaf: Buffer, index: number, size: number, proof: readonly Buffer[]): Buffer | undefined {
  let [at, last, root] = [index, size - 1, leaf];
  for (const hash of proof) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(hash, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      root = nodeHash(root, hash);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}

/** Root of leaves [begin, end), where `begin` is a multiple of the largest power of two in it. */
function rangeRoot(subtree: SubtreeRoot, begin: number, end: number): Buffer {
  const count = end - begin;
  const height = Math.log2(count);
  if (Number.isInteger(height)) return subtree(height, begin / count);
  const middle = begin + largestPowerBelow(count);
  return nodeHash(rangeRoot(subtree, begin, middle), rangeRoot(subtree, middle, end));
}

/** The largest power of two smaller than `count`, which is at least 2. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
