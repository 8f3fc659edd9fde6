/**
 * Many words searched for in one pass (Aho and Corasick, 1975). Case is folded, in ASCII only; a word is asked for again in its exact
 * spelling by whoever needs it.
 */

/** Code units beyond ASCII all fall into the last column, which no word has. */
const COLUMNS = 128;
const ROW_SHIFT = 7;
const OTHER = 127;
/** In the bits below where a state's row begins. */
const ENDS_WORD = 1;

const fold = (code: number): number => (code >= 0x41 && code <= 0x5a ? code | 0x20 : code);

export class WordSearch {
  /** Where the next state's row begins, by state and column, and whether a word ends in it. */
  readonly #rows: Int32Array;
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
    this.#rows = new Int32Array(states.length * COLUMNS);
    this.#word = Int32Array.from(ends);
    this.#shorter = new Int32Array(states.length);
    this.#link(states);
  }

  /** Breadth first, so that what a state falls back to is complete before it. */
  #link(states: readonly ReadonlyMap<number, number>[]): void {
    const next = new Int32Array(states.length * COLUMNS);
    const fallback = new Int32Array(states.length);
    const queue = [0];
    for (const state of queue) {
      const back = fallback[state] ?? 0;
      if (state !== 0) {
        next.copyWithin(state * COLUMNS, back * COLUMNS, (back + 1) * COLUMNS);
        this.#shorter[state] = (this.#word[back] ?? -1) >= 0 ? back : (this.#shorter[back] ?? 0);
      }
      for (const [code, to] of states[state] ?? []) {
        fallback[to] = state === 0 ? 0 : (next[back * COLUMNS + code] ?? 0);
        next[state * COLUMNS + code] = to;
        queue.push(to);
      }
    }
    for (const state of states.keys()) {
      for (let code = 0; code < COLUMNS; code++) {
        const to = next[state * COLUMNS + fold(code)] ?? 0;
        const isEnd = (this.#word[to] ?? -1) >= 0 || this.#shorter[to] !== 0;
        this.#rows[state * COLUMNS + code] = to * COLUMNS + (isEnd ? ENDS_WORD : 0);
      }
    }
  }

  /** Calls `found` with the index of the word and where it begins, by where the words end; longer ones first. */
  search(text: string, found: (word: number, start: number) => void, from = 0, to = text.length): void {
    const rows = this.#rows;
    let row = 0;
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      row = rows[(row & -COLUMNS) | (code < OTHER ? code : OTHER)] as number;
      if ((row & ENDS_WORD) !== 0) this.#tell(row >> ROW_SHIFT, at + 1, found);
    }
  }

  /** By state, what the words that end in it stand for together. `bitsOf`: of a word, by its index. */
  unions(bitsOf: (word: number) => number): Int32Array {
    return this.#word.map((_, state) => {
      let union = 0;
      this.#tell(state, 0, (word) => (union |= bitsOf(word)));
      return union;
    });
  }

  /**
   * The bits of all words in a text, and `bits`. `found` says which of its bits a word has where it stands; it is asked only of
   * words that could add some.
   */
  bitsIn(text: string, unions: Int32Array, bits: number, found: (word: number, start: number) => number): number {
    const rows = this.#rows;
    let all = bits;
    let row = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      row = rows[(row & -COLUMNS) | (code < OTHER ? code : OTHER)] as number;
      if ((row & ENDS_WORD) === 0) continue;
      const state = row >> ROW_SHIFT;
      if (((unions[state] as number) & ~all) !== 0)
        this.#tell(state, at + 1, (word, start) => (all |= found(word, start)));
    }
    return all;
  }

  #tell(state: number, at: number, found: (word: number, start: number) => void): void {
    let end = (this.#word[state] ?? -1) >= 0 ? state : (this.#shorter[state] ?? 0);
    for (; end !== 0; end = this.#shorter[end] ?? 0) {
      const word = this.#word[end] ?? 0;
      found(word, at - (this.#lengths[word] ?? 0));
    }
  }
}
