/** How much work a message may cost: counted, never timed, so that the same message always ends the same way. */
import { LIMITS } from '#limits.ts';

export type ScanFault = { readonly code: 'over_budget' };
export const OVER_BUDGET: ScanFault = { code: 'over_budget' };

export class ScanBudget {
  #left: number;
  #validations: number;
  /** Of what is left, for an operator's own patterns. */
  #patterns: number;
  /** By check and value: no more than there are validations. */
  readonly #answers = new Map<(value: string) => boolean, Map<string, boolean>>();

  constructor(work: number = LIMITS.maskingWork, validations: number = LIMITS.maskingValidations, patterns = Infinity) {
    this.#left = work;
    this.#validations = validations;
    this.#patterns = patterns;
  }

  /** `work`: characters looked at, or what costs as much. Once it is exhausted it stays so. */
  spend(work: number): boolean {
    this.#left -= work;
    return this.#left >= 0;
  }

  spendOnPattern(work: number): boolean {
    this.#patterns -= work;
    return this.spend(work) && this.#patterns >= 0;
  }

  get isExhausted(): boolean {
    return this.#left < 0 || this.#patterns < 0;
  }

  get isExhaustedByPatterns(): boolean {
    return this.#patterns < 0;
  }

  get left(): number {
    return this.#left;
  }

  /**
   * What a check that costs microseconds says of a value, or `unasked` where none is left; one that was asked before is not asked again,
   * so that a value keeps its answer however often it stands there.
   */
  validated(value: string, check: (value: string) => boolean, unasked: boolean): boolean {
    let answers = this.#answers.get(check);
    const known = answers?.get(value);
    if (known !== undefined) return known;
    if (!this.mayValidate()) return unasked;
    if (answers === undefined) this.#answers.set(check, (answers = new Map()));
    const answer = check(value);
    answers.set(value, answer);
    return answer;
  }

  /** Checks that cost microseconds (a phone number's plan, a keyed checksum); without one left, the shape decides. */
  mayValidate(): boolean {
    return this.#validations-- > 0;
  }
}
