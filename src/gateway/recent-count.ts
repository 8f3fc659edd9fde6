/**
 * How often something happened in the last minute and the last hour, in steps of five seconds and of a minute. A step leaves
 * the count only when all of it is that old: never fewer than there were, some of them a step longer. Small: there are many.
 */
import type { RecentTimes } from '#policy/input.ts';

const MINUTE = { stepMs: 5_000, steps: 13 } as const;
const HOUR = { stepMs: 60_000, steps: 61 } as const;
/** Of one step; beyond it nothing is told apart. */
const STEP_MAX = 65_535;

class Steps {
  readonly #stepMs: number;
  readonly #counts: Uint16Array;
  #total = 0;
  #current = 0;

  constructor({ stepMs, steps }: { readonly stepMs: number; readonly steps: number }) {
    this.#stepMs = stepMs;
    this.#counts = new Uint16Array(steps);
  }

  total(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total;
  }

  add(nowMs: number): void {
    this.#advance(nowMs);
    const at = this.#current % this.#counts.length;
    const count = this.#counts[at] ?? 0;
    if (count === STEP_MAX) return;
    this.#counts[at] = count + 1;
    this.#total += 1;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  #advance(nowMs: number): void {
    const step = Math.floor(nowMs / this.#stepMs);
    if (step - this.#current >= this.#counts.length) this.clear();
    else for (let passed = this.#current + 1; passed <= step; passed += 1) this.#drop(passed % this.#counts.length);
    this.#current = Math.max(this.#current, step);
  }

  #drop(at: number): void {
    this.#total -= this.#counts[at] ?? 0;
    this.#counts[at] = 0;
  }
}

export class RecentCount {
  readonly #minute = new Steps(MINUTE);
  readonly #hour = new Steps(HOUR);

  add(nowMs: number): void {
    this.#minute.add(nowMs);
    this.#hour.add(nowMs);
  }

  times(nowMs: number): RecentTimes {
    return { minute: this.#minute.total(nowMs), hour: this.#hour.total(nowMs) };
  }

  isEmpty(nowMs: number): boolean {
    return this.#hour.total(nowMs) === 0;
  }

  clear(): void {
    this.#minute.clear();
    this.#hour.clear();
  }
}
