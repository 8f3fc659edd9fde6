/** How many server processes may live at once, over all connections and per caller. One budget per gateway. */
import type { Limits } from '#limits.ts';

export type ProcessBudget = {
  /** A place for one process of `owner`, given back by calling the result once; undefined when a cap is reached. */
  take(owner: string): (() => void) | undefined;
  count(): number;
};

export function createProcessBudget(limits: Pick<Limits, 'stdioProcesses' | 'stdioProcessesPerCaller'>): ProcessBudget {
  const perOwner = new Map<string, number>();
  let total = 0;
  return {
    take(owner) {
      const own = perOwner.get(owner) ?? 0;
      if (total >= limits.stdioProcesses || own >= limits.stdioProcessesPerCaller) return undefined;
      total += 1;
      perOwner.set(owner, own + 1);
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        total -= 1;
        const left = (perOwner.get(owner) ?? 1) - 1;
        if (left === 0) perOwner.delete(owner);
        else perOwner.set(owner, left);
      };
    },
    count: () => total,
  };
}
