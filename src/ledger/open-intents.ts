/**
 * The grammar of the book as far as the writer must keep it in memory: which intents are open, and so what may
 * follow (docs/ledger-format.md section 5). Used when writing and when reading back at a start.
 */
import type { Leaf } from '#ledger/record.ts';

export type OpenIntent = readonly [index: number, call: string];

export class OpenIntents {
  readonly #callOf = new Map<number, string>();
  readonly #calls = new Set<string>();

  constructor(open: readonly OpenIntent[] = []) {
    for (const [index, call] of open) this.#add(index, call);
  }

  get size(): number {
    return this.#callOf.size;
  }

  /** Why this record may not come next; undefined when it may. */
  fault(leaf: Pick<Leaf, 'kind' | 'call' | 'ref' | 'st'>): string | undefined {
    switch (leaf.kind) {
      case 'intent':
        return this.#calls.has(leaf.call) ? `call ${leaf.call} already has an open intent` : undefined;
      case 'result':
      case 'orphan':
        return this.#isOpen(leaf) ? undefined : `intent ${leaf.ref} of call ${leaf.call} is not open`;
      case 'stream':
        return leaf.ref === null || leaf.st === 'late' || this.#isOpen(leaf)
          ? undefined
          : `intent ${leaf.ref} of call ${leaf.call} is not open`;
      case 'denied':
      case 'control':
      case 'anchor':
        return undefined;
      default:
        return 'unknown kind';
    }
  }

  /** Takes note of a record that had no fault. */
  apply(leaf: Pick<Leaf, 'kind' | 'call' | 'ref' | 'n'>): void {
    if (leaf.kind === 'intent') this.#add(leaf.n, leaf.call);
    else if ((leaf.kind === 'result' || leaf.kind === 'orphan') && leaf.ref !== null) {
      this.#callOf.delete(leaf.ref);
      this.#calls.delete(leaf.call);
    }
  }

  /** Ascending by index. */
  entries(): readonly OpenIntent[] {
    return [...this.#callOf];
  }

  #add(index: number, call: string): void {
    this.#callOf.set(index, call);
    this.#calls.add(call);
  }

  #isOpen(leaf: Pick<Leaf, 'call' | 'ref'>): boolean {
    return leaf.ref !== null && this.#callOf.get(leaf.ref) === leaf.call;
  }
}
