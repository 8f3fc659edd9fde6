/**
 * Bounds what one message makes policy do: a request may watch a thousand resources, a server may list a hundred thousand
 * entries, and each is judged without a pause. Whoever runs out is refused what was not judged. Units are roughly 50 ns, as
 * those of conditions (condition-budget.ts).
 */
import { LIMITS } from '#limits.ts';
import type { MethodUse } from '#policy/method-use.ts';
import { unreachable } from '#result.ts';

export type DecisionWork = {
  spend(units: number): void;
  /** Stays true: nothing more of this message may be allowed. */
  isOver(): boolean;
  spent(): number;
};

export function createDecisionWork(limit: number): DecisionWork {
  let spent = 0;
  return {
    spend(units) {
      spent += units;
    },
    isOver: () => spent > limit,
    spent: () => spent,
  };
}

/** One entry or URI, however short. */
const JUDGE_UNITS = 20;
/** Characters of a URI, and of each of its readings, that are normalised in one unit. */
const CHARS_NORMALISED = 4;
/** What is encoded grows: of a refused URI the readings were made, but are not known here. */
const ENCODED_GROWTH = 3;

/** What it took to see what `name` is about. */
export function useUnits(use: MethodUse, name: string): number {
  switch (use.kind) {
    case 'named': {
      const readings = use.bases.reduce((sum, base) => sum + base.length, use.name.length);
      return JUDGE_UNITS + (name.length + readings) / CHARS_NORMALISED;
    }
    case 'unsafe': {
      const readings = use.fault === 'too_many_readings' ? LIMITS.uriReadings : 1;
      return JUDGE_UNITS + (name.length * ENCODED_GROWTH * readings) / CHARS_NORMALISED;
    }
    case 'implicit':
    case 'prefix':
    case 'nothing':
      return JUDGE_UNITS + name.length / CHARS_NORMALISED;
    default:
      return unreachable(use);
  }
}
