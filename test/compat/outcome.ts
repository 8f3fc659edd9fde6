/**
 * One cell of the page: the same program did the same once with the server itself and once through Gatebook. A fault is
 * Gatebook's when the program does not have it without Gatebook; it is then red, and the comparison fails.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Observation } from './feature.ts';

export type Outcome =
  | { readonly state: 'pass' }
  /** The program, or the revision it speaks, has no such thing. */
  | { readonly state: 'absent'; readonly why: string }
  /** There without Gatebook too. */
  | { readonly state: 'foreign'; readonly whose: 'client' | 'server'; readonly fault: string }
  | { readonly state: 'red'; readonly fault: string };

const FAULT_CHARS_MAX = 160;

/** One line, and the same on every run: ports and ids change. */
export function plainFault(text: string): string {
  const line = text
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '<id>')
    .replaceAll(/\S*\/gatebook-compat[\w-]*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > FAULT_CHARS_MAX ? `${line.slice(0, FAULT_CHARS_MAX)}…` : line;
}

/** Where two values differ first, as a JSON Pointer, with what stands there on each side. */
export function firstDifference(direct: unknown, through: unknown, pointer = ''): string | undefined {
  if (isDeepStrictEqual(direct, through)) return undefined;
  if (typeof direct === 'object' && typeof through === 'object' && direct !== null && through !== null) {
    const [left, right] = [Object.entries(direct), Object.entries(through)].map((entries) => new Map(entries)) as [
      Map<string, unknown>,
      Map<string, unknown>,
    ];
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const found = firstDifference(left.get(key), right.get(key), `${pointer}/${key}`);
      if (found !== undefined) return found;
    }
  }
  return `${pointer || '/'}: ${JSON.stringify(direct)} became ${JSON.stringify(through)}`;
}

const faultOf = (observation: Exclude<Observation, { readonly state: 'done' }>): string =>
  plainFault(observation.state === 'fault' ? observation.fault : observation.why);

/** `othersCan`: another client of the same revision does it with this server, so the server is not what is missing. */
export function outcomeOf(direct: Observation, through: Observation, othersCan: boolean): Outcome {
  if (direct.state === 'absent') return { state: 'absent', why: direct.why };
  if (direct.state === 'fault') {
    const fault = plainFault(direct.fault);
    if (through.state === 'done') return { state: 'red', fault: `works through Gatebook, and without it: ${fault}` };
    const same = through.state === 'fault' && plainFault(through.fault) === fault;
    // The same program is told of the same fault in other words: what Gatebook changed is Gatebook's.
    if (!same) return { state: 'red', fault: `without Gatebook: ${fault}; with it: ${faultOf(through)}` };
    return { state: 'foreign', whose: othersCan ? 'client' : 'server', fault };
  }
  if (through.state !== 'done') {
    return { state: 'red', fault: faultOf(through) };
  }
  const difference = firstDifference(direct.value, through.value);
  return difference === undefined ? { state: 'pass' } : { state: 'red', fault: plainFault(difference) };
}
