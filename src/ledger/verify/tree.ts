/**
 * The Merkle tree hash of RFC 6962 section 2.1, held as its right edge: the roots of the maximal complete subtrees,
 * largest first. Memory is one hash per bit of the size. Knows nothing about what a leaf means.
 */
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;
const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

export const leafHash = (leaf: Uint8Array): Buffer => createHash('sha256').update(LEAF_PREFIX).update(leaf).digest();

export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();

export class MerkleEdge {
  #size = 0;
  readonly #edge: Buffer[] = [];

  get size(): number {
    return this.#size;
  }

  /** Roots of the maximal complete subtrees, largest first. */
  get edge(): readonly Buffer[] {
    return this.#edge;
  }

  append(hash: Buffer): void {
    let carry = hash;
    // Each trailing one bit of the size is a complete subtree as large as the carry. Division: sizes pass 2^32.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#edge.pop();
      if (left === undefined) throw new Error('the edge is shorter than its size says');
      carry = nodeHash(left, carry);
    }
    this.#edge.push(carry);
    this.#size += 1;
  }

  root(): Buffer {
    const last = this.#edge.at(-1);
    if (last === undefined) return createHash('sha256').digest();
    return this.#edge.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}
