/**
 * Calls and bytes of the last hour, in steps of a minute. A step leaves the count only when all of it is an hour old, so
 * that in no hour more passes than a limit allows; up to a minute later than it might. Time comes in with each question.
 */

const STEP_MS = 60_000;
const STEPS = 61;
export const HOUR_MS = 3_600_000;

export type HourUnit = 'calls' | 'bytes';

export type HourCount = {
  add(calls: number, bytes: number, nowMs: number): void;
  /** 0 when `more` fits under `limit` now, else the milliseconds until it does if nothing else comes. */
  waitMs(unit: HourUnit, more: number, limit: number, nowMs: number): number;
  isEmpty(nowMs: number): boolean;
  clear(): void;
};

export function createHourCount(): HourCount {
  const steps = { calls: new Float64Array(STEPS), bytes: new Float64Array(STEPS) };
  const total = { calls: 0, bytes: 0 };
  let current = 0;

  const drop = (at: number): void => {
    total.calls -= steps.calls[at] ?? 0;
    total.bytes -= steps.bytes[at] ?? 0;
    steps.calls[at] = 0;
    steps.bytes[at] = 0;
  };

  const clear = (): void => {
    steps.calls.fill(0);
    steps.bytes.fill(0);
    total.calls = 0;
    total.bytes = 0;
  };

  const advance = (nowMs: number): void => {
    const step = Math.floor(nowMs / STEP_MS);
    if (step - current >= STEPS) clear();
    else for (let passed = current + 1; passed <= step; passed += 1) drop(passed % STEPS);
    current = Math.max(current, step);
  };

  return {
    add(calls, bytes, nowMs) {
      advance(nowMs);
      const at = current % STEPS;
      steps.calls[at] = (steps.calls[at] ?? 0) + calls;
      steps.bytes[at] = (steps.bytes[at] ?? 0) + bytes;
      total.calls += calls;
      total.bytes += bytes;
    },
    waitMs(unit, more, limit, nowMs) {
      advance(nowMs);
      let over = total[unit] + more - limit;
      if (over <= 0) return 0;
      for (let step = current - STEPS + 1; step <= current; step += 1) {
        over -= steps[unit][(step + STEPS) % STEPS] ?? 0;
        if (over <= 0) return (step + STEPS) * STEP_MS - nowMs;
      }
      // It alone is more than an hour has.
      return HOUR_MS;
    },
    isEmpty(nowMs) {
      advance(nowMs);
      return total.calls === 0 && total.bytes === 0;
    },
    clear,
  };
}
