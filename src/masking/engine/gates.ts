/**
 * Which detectors need to look at a text, told from its profile by a few look-ups: most texts hold nothing that most of them
 * look for.
 */
import type { Detector } from '#masking/engine/detector.ts';
import type { TextProfile } from '#masking/engine/text-profile.ts';

/** Detectors in one word of bits, which stay a small integer. */
const WORD_BITS = 30;
/** A mask of `HAS` is looked up in two halves. */
const HALF_BITS = 8;
const HALF = (1 << HALF_BITS) - 1;
/** What a detector asks for, at most: from here on more of it opens no further gate. */
const COUNT_MAX = 63;

/** By what a text has, the bits of the detectors that ask for no more. */
type Table = Int32Array;

function tableOf(detectors: readonly Detector[], size: number, isOpen: (detector: Detector, has: number) => boolean) {
  return Int32Array.from({ length: size }, (_, has) =>
    detectors.reduce((bits, detector, at) => bits | (isOpen(detector, has) ? 1 << at : 0), 0),
  );
}

class Word {
  readonly #detectors: readonly Detector[];
  readonly #low: Table;
  readonly #high: Table;
  readonly #digits: Table;
  readonly #number: Table;
  readonly #run: Table;

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors;
    const table = (size: number, isOpen: (detector: Detector, has: number) => boolean): Table =>
      tableOf(detectors, size, isOpen);
    this.#low = table(HALF + 1, ({ needs }, has) => (needs & HALF & ~has) === 0);
    this.#high = table(HALF + 1, ({ needs }, has) => ((needs >> HALF_BITS) & ~has) === 0);
    this.#digits = table(COUNT_MAX + 1, ({ digitsMin = 0 }, has) => has >= digitsMin);
    this.#number = table(COUNT_MAX + 1, ({ numberMin = 0 }, has) => has >= numberMin);
    this.#run = table(COUNT_MAX + 1, ({ runMin = 0 }, has) => has >= runMin);
  }

  /** Bits of the detectors whose gate lets the text through. */
  open({ mask, digits, numberMax, runMax }: TextProfile): number {
    return (
      (this.#low[mask & HALF] ?? 0) &
      (this.#high[mask >> HALF_BITS] ?? 0) &
      (this.#digits[digits < COUNT_MAX ? digits : COUNT_MAX] ?? 0) &
      (this.#number[numberMax < COUNT_MAX ? numberMax : COUNT_MAX] ?? 0) &
      (this.#run[runMax < COUNT_MAX ? runMax : COUNT_MAX] ?? 0)
    );
  }

  at(index: number): Detector | undefined {
    return this.#detectors[index];
  }
}

export class Gates {
  readonly #words: readonly Word[];

  constructor(detectors: readonly Detector[]) {
    const asked = detectors.flatMap(({ digitsMin = 0, numberMin = 0, runMin = 0 }) => [digitsMin, numberMin, runMin]);
    if (asked.some((count) => count > COUNT_MAX)) throw new Error(`a gate asks for no more than ${COUNT_MAX}`);
    this.#words = Array.from(
      { length: Math.ceil(detectors.length / WORD_BITS) },
      (_, word) => new Word(detectors.slice(word * WORD_BITS, (word + 1) * WORD_BITS)),
    );
  }

  /** Calls `ask` with each detector whose gate lets the text through, in order, until it says that this is enough. */
  each(profile: TextProfile, ask: (detector: Detector) => boolean): void {
    for (const word of this.#words) {
      for (let open = word.open(profile); open !== 0; open &= open - 1) {
        const detector = word.at(31 - Math.clz32(open & -open));
        if (detector !== undefined && ask(detector)) return;
      }
    }
  }
}
