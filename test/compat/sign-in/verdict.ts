/** Cells of the table of sign-ins, from what was observed at the program, at the person's browser, in the book and at the server. */
import type { Observation } from '../feature.ts';
import { plainFault } from '../outcome.ts';
import type { Outcome } from '../outcome.ts';
import type { Way } from './step.ts';

/** Of an admin's kill (issue: out within a second, mid-stream included). */
export const OUT_MS_MAX = 1_000;

const PASS: Outcome = { state: 'pass' };
const red = (fault: string): Outcome => ({ state: 'red', fault: plainFault(fault) });

/** The first of these that does not hold makes the cell red. */
export const holds = (...conditions: readonly (readonly [boolean, string])[]): Outcome => {
  const broken = conditions.find(([isSo]) => !isSo);
  return broken === undefined ? PASS : red(broken[1]);
};

/** What did not come to its end decides; else `then` does. */
export const ofSteps = (seen: readonly Observation[], then: () => Outcome): Outcome => {
  for (const one of seen) {
    if (one.state === 'absent') return one;
    if (one.state === 'fault') return red(one.fault);
  }
  return then();
};

/** The forecast of both-eras.ts, whatever a program wraps it in. */
export const isForecast = (seen: Observation): boolean =>
  seen.state === 'done' && /\bcelsius\W+21\.5\b/.test(JSON.stringify(seen.value));

export const cameAs = (
  client: string | undefined,
  way: Way,
  ids: Readonly<Record<'document' | 'known', string>>,
): boolean =>
  way === 'registered' ? /^gatebook:c-[0-9a-f]{32}$/.test(client ?? '') : client === `gatebook:${ids[way]}`;
