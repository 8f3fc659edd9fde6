/**
 * The Merkle tree of RFC 6962 section 2.1 as a writer needs it: its right edge in memory, nothing else.
 * Appending costs one node hash amortised and the root at most log2(size), whatever the size.
 */
import { hash } from 'node:crypto';
import { LIMITS } from '#limits.ts';

export const HASH_BYTES = 32;
export const EMPTY_ROOT: Buffer = hash('sha256', Buffer.alloc(0), 'buffer');

// One-shot hashing of a scratch buffer costs half of a hash object; hashing is synchronous, so sharing is safe.
const leafScratch = Buffer.alloc(1 + LIMITS.leafBytes);
const nodeScratch = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** SHA-256(0x00 ‖ leaf). */
export function leafHash(leaf: Uint8Array): Buffer {
  leafScratch.set(leaf, 1);
  return hash('sha256', leafScratch.subarray(0, 1 + leaf.length), 'buffer');
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeScratch, 'buffer');
}

/** Number of maximal complete subtrees of a tree of `size` leaves: the ones of its binary form. */
export function edgeLength(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/** The roots of the maximal complete subtrees, largest first; all a writer must remember of a tree. */
export class RightEdge {
  #size: number;
  readonly #roots: Buffer[];

  /** `roots` must be the right edge of a tree of `size` leaves. */
  constructor(size = 0, roots: readonly Buffer[] = []) {
    if (roots.length !== edgeLength(size))
      throw new RangeError(`a tree of ${size} leaves has ${edgeLength(size)} edge hashes, not ${roots.length}`);
    this.#size = size;
    this.#roots = [...roots];
  }

  get size(): number {
    return this.#size;
  }

  get roots(): readonly Buffer[] {
    return this.#roots;
  }

  append(leaf: Buffer): void {
    let right = leaf;
    // Each trailing one of the size is a complete subtree as large as the one on its right has now become.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#roots.pop();
      if (left === undefined) throw new Error('right edge shorter than its size says');
      right = nodeHash(left, right);
    }
    this.#roots.push(right);
    this.#size += 1;
  }

  root(): Buffer {
    let root = this.#roots.at(-1);
    if (root === undefined) return EMPTY_ROOT;
    for (let i = this.#roots.length - 2; i >= 0; i -= 1) root = nodeHash(this.#roots[i] ?? EMPTY_ROOT, root);
    return root;
  }

  copy(): RightEdge {
    return new RightEdge(this.#size, this.#roots);
  }
}
