/** How many server processes, or streams of a server, may live at once, in all and per caller. */

export type PlaceBudget = {
  /** A place for one of `owner`, given back by calling the result once; undefined when a cap is reached. */
  take(owner: string): (() => void) | undefined;
  count(): number;
};

export function createPlaceBudget(limits: { readonly total: number; readonly perOwner: number }): PlaceBudget {
  const perOwner = new Map<string, number>();
  let total = 0;
  return {
    take(owner) {
      const own = perOwner.get(owner) ?? 0;
      if (total >= limits.total || own >= limits.perOwner) return undefined;
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
