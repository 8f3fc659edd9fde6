/** Numbers that look random and are the same for the same seed (xorshift32, Marsaglia 2003). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // Zero would stay zero; mixing makes neighbouring seeds differ from the first number on.
    this.#state = Math.imul((seed | 0) ^ 0x9e3779b9, 0x85ebca6b) || 1;
    for (let round = 0; round < 8; round += 1) this.below(2);
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}
