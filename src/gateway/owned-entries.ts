/**
 * What is remembered for callers by id, bounded in all and for each caller: one who makes too many loses the own least recently
 * used, never somebody else's before that.
 */
export type OwnedEntries<T> = {
  get(id: string): T | undefined;
  /** New or used again: it is the most recently used then. */
  put(id: string, value: T): void;
  delete(id: string): void;
  entries(): IterableIterator<[string, T]>;
  readonly size: number;
};

/** `dropped` is told of each that is gone for good: deleted, or the least recently used of too many. */
export function createOwnedEntries<T extends { readonly caller: string }>(
  bounds: { readonly total: number; readonly perCaller: number },
  dropped: (value: T, id: string) => void = () => undefined,
): OwnedEntries<T> {
  // Maps and sets keep insertion order; re-inserting on use makes the first entry the least recently used.
  const all = new Map<string, T>();
  const idsOf = new Map<string, Set<string>>();

  const remove = (id: string): T | undefined => {
    const held = all.get(id);
    if (held === undefined) return undefined;
    all.delete(id);
    const own = idsOf.get(held.caller);
    own?.delete(id);
    if (own?.size === 0) idsOf.delete(held.caller);
    return held;
  };
  const drop = (id: string): void => {
    const held = remove(id);
    if (held !== undefined) dropped(held, id);
  };
  const dropFirst = (ids: Iterable<string>): void => {
    for (const id of ids) return drop(id);
  };

  return {
    get: (id) => all.get(id),
    put(id, value) {
      remove(id);
      const own = idsOf.get(value.caller) ?? new Set();
      idsOf.set(value.caller, own.add(id));
      all.set(id, value);
      if (own.size > bounds.perCaller) dropFirst(own);

      if (all.size > bounds.total) dropFirst(all.keys());
    },
    delete: drop,
    entries: () => all.entries(),
    get size() {
      return all.size;
    },
  };
}
