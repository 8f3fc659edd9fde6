/**
 * The order of records: docs/ledger-format.md section 5. Remembers the open intents and a bounded number of closed
 * ones; knows nothing about bytes, blobs or signatures.
 */
import { unreachable } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { type CheckedLeaf, CALL_ID } from '#ledger/verify/leaf.ts';
import { quoted } from '#ledger/verify/canonical.ts';

const OUTCOMES = new Set(['ok', 'tool_error', 'error', 'timeout', 'cancelled', 'undelivered', 'withheld']);
const CONTROL = /^[a-z_]{1,32}$/;
/** What the next start writes when a start was cut short before all its orphans were written. */
const FURTHER_START = new Set(['recovered', 'start']);

export class Grammar {
  /** Open intents, index → call; insertion order is ascending. */
  readonly #open = new Map<number, string>();
  readonly #openCalls = new Map<string, number>();
  readonly #closed = new Map<number, string>();
  readonly #closedCalls = new Map<string, number>();
  /** Open intents from before the last start: each needs an orphan before anything else may come. */
  #orphansDue = 0;
  #lastStart = 0;

  /** `[index, call]`, ascending: what a segment header repeats as `open`. */
  openIntents(): readonly (readonly [number, string])[] {
    return [...this.#open];
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Takes the next record; a string says which rule it breaks, completing the sentence "the record …". */
  take(leaf: CheckedLeaf): string | undefined {
    const opened = leaf.kind === 'control' && leaf.st === 'opened';
    if (leaf.n === 0 && !opened) return 'is the first of the log but not the control record "opened"';
    if (leaf.n !== 0 && opened) return 'is a control record "opened", which only the first may be';
    if (this.#orphansDue > 0 && leaf.kind !== 'orphan' && !(leaf.kind === 'control' && FURTHER_START.has(leaf.st))) {
      return `comes after a start although ${this.#orphansDue} intents from before it have no orphan record yet`;
    }
    switch (leaf.kind) {
      case 'intent':
        return this.#intent(leaf);
      case 'result':
        return OUTCOMES.has(leaf.st) ? this.#close(leaf) : `is a result with the unknown outcome ${quoted(leaf.st)}`;
      case 'orphan':
        return leaf.st === 'orphan' ? this.#close(leaf) : `is an orphan with the status ${quoted(leaf.st)}`;
      case 'stream':
        return this.#stream(leaf);
      case 'control':
        return this.#control(leaf);
      case 'denied':
      case 'anchor':
        return refNull(leaf);
      default:
        return unreachable(leaf.kind);
    }
  }

  #intent(leaf: CheckedLeaf): string | undefined {
    if (leaf.st !== 'open') return `is an intent with the status ${quoted(leaf.st)}`;
    const first = this.#openCalls.get(leaf.call) ?? this.#closedCalls.get(leaf.call);
    if (first !== undefined) return `opens the call ${leaf.call}, which record ${first} had opened already`;
    this.#open.set(leaf.n, leaf.call);
    this.#openCalls.set(leaf.call, leaf.n);
    return refNull(leaf);
  }

  #close(leaf: CheckedLeaf): string | undefined {
    if (leaf.ref === null) return `is a ${leaf.kind} without an intent`;
    const call = this.#open.get(leaf.ref);
    if (call === undefined) return `closes record ${leaf.ref}, which is not an open intent`;
    if (call !== leaf.call) return `closes record ${leaf.ref}, whose call is another`;
    this.#open.delete(leaf.ref);
    this.#openCalls.delete(call);
    this.#remember(leaf.ref, call);
    if (leaf.ref < this.#lastStart) this.#orphansDue -= 1;
    return undefined;
  }

  #stream(leaf: CheckedLeaf): string | undefined {
    if (leaf.st !== 'up' && leaf.st !== 'down' && leaf.st !== 'late') {
      return `is a stream record with the unknown direction ${quoted(leaf.st)}`;
    }
    if (leaf.ref === null || this.#open.has(leaf.ref)) return undefined;
    if (leaf.st !== 'late') return `belongs to record ${leaf.ref}, which is not an open intent`;
    if (this.#closed.has(leaf.ref)) return undefined;
    // Older than what is remembered: only its place in the order can be checked.
    const oldest = this.#closed.keys().next();
    const forgotten = this.#closed.size >= BOUNDS.closedIntentsRemembered && leaf.ref < leaf.n && !oldest.done;
    return forgotten ? undefined : `belongs to record ${leaf.ref}, which is not an earlier intent`;
  }

  #control(leaf: CheckedLeaf): string | undefined {
    if (!CONTROL.test(leaf.st)) return `is a control record with the malformed act ${quoted(leaf.st)}`;
    if (leaf.st === 'start') {
      this.#lastStart = leaf.n;
      this.#orphansDue = this.#open.size;
    }
    return refNull(leaf);
  }

  #remember(n: number, call: string): void {
    this.#closed.set(n, call);
    this.#closedCalls.set(call, n);
    if (this.#closed.size <= BOUNDS.closedIntentsRemembered) return;
    for (const [oldest, oldCall] of this.#closed) {
      this.#closed.delete(oldest);
      this.#closedCalls.delete(oldCall);
      return;
    }
  }
}

const refNull = (leaf: CheckedLeaf): string | undefined =>
  leaf.ref === null ? undefined : `is of kind ${leaf.kind}, which refers to no intent, but its ref is ${leaf.ref}`;

/** Whether a value is an entry of a header's `open` list. */
export const isOpenIntent = (value: unknown): value is readonly [number, string] =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  typeof value[1] === 'string' &&
  CALL_ID.test(value[1]);
