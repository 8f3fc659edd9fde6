/** How much work a message may cost: counted, never timed, so that the same message always ends the same way. */
import { LIMITS } from '#limits.ts';

export type ScanFault = { readonly code: 'over_budget' };
export const OVER_BUDGET: ScanFault = { code: 'over_budget' };

export class ScanBudget {
  #left: number;
  #validations: number;
  /** Of what is left, for an operator's own patterns. */
  #patterns: number;

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

  /** Checks that cost microseconds (a phone number's plan, a keyed checksum); without one left, the shape decides. */
  mayValidate(): boolean {
    return this.#validations-- > 0;
  }
}
