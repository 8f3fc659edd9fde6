/**
 * Many words searched for in one pass (Aho and Corasick, 1975). Case is folded, in ASCII only; a word is asked for again in its exact
 * spelling by whoever needs it.
 */

/** Code units beyond ASCII all fall into one column that no word has. */
const COLUMNS = 129;
const OTHER = 128;

const fold = (code: number): number => (code >= 0x41 && code <= 0x5a ? code | 0x20 : code);

export class WordSearch {
  /** Next state by state and column. */
  readonly #next: Int32Array;
  /** The longest word that ends in a state, or -1. */
  readonly #word: Int32Array;
  /** The nearest shorter state that also ends a word, or 0. */
  readonly #shorter: Int32Array;
  readonly #lengths: readonly number[];

  /** Words are of ASCII characters, none empty. */
  constructor(words: readonly string[]) {
    const states: Map<number, number>[] = [new Map()];
    const ends: number[] = [-1];
    for (const [index, word] of words.entries()) {
      let state = 0;
      for (let at = 0; at < word.length; at++) {
        const code = fold(word.charCodeAt(at));
        let to = states[state]?.get(code);
        if (to === undefined) {
          to = states.push(new Map()) - 1;
          ends.push(-1);
          states[state]?.set(code, to);
        }
        state = to;
      }
      if (state === 0) throw new Error('an empty word is everywhere');
      ends[state] = index;
    }
    this.#lengths = words.map(({ length }) => length);
    this.#next = new Int32Array(states.length * COLUMNS);
    this.#word = Int32Array.from(ends);
    this.#shorter = new Int32Array(states.length);
    this.#link(states);
  }

  /** Breadth first, so that what a state falls back to is complete before it. */
  #link(states: readonly ReadonlyMap<number, number>[]): void {
    const fallback = new Int32Array(states.length);
    const queue = [0];
    for (const state of queue) {
      const back = fallback[state] ?? 0;
      if (state !== 0) {
        this.#next.copyWithin(state * COLUMNS, back * COLUMNS, (back + 1) * COLUMNS);
        this.#shorter[state] = (this.#word[back] ?? -1) >= 0 ? back : (this.#shorter[back] ?? 0);
      }
      for (const [code, to] of states[state] ?? []) {
        fallback[to] = state === 0 ? 0 : (this.#next[back * COLUMNS + code] ?? 0);
        this.#next[state * COLUMNS + code] = to;
        queue.push(to);
      }
    }
  }

  /** Calls `found` with the index of the word and where it begins, by where the words end; longer ones first. */
  search(text: string, found: (word: number, start: number) => void): void {
    const next = this.#next;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = next[state * COLUMNS + (code < 128 ? fold(code) : OTHER)] ?? 0;
      if (state === 0) continue;
      let end = (this.#word[state] ?? -1) >= 0 ? state : (this.#shorter[state] ?? 0);
      for (; end !== 0; end = this.#shorter[end] ?? 0) {
        const word = this.#word[end] ?? 0;
        found(word, at + 1 - (this.#lengths[word] ?? 0));
      }
    }
  }
}
