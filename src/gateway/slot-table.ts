/**
 * Numbered slots for keys that a stranger may choose: the number of keys held is bounded, whatever comes. A key with
 * nothing to remember gives its slot away; while no slot can be had, new keys share one. So a flood of keys can never
 * make anybody be forgotten, only make newcomers be counted together. Knows nothing of what is counted.
 */

/** The slot of every key there was no room for. */
export const SHARED_SLOT = 0;

/** How many slots are looked at for one newcomer: bounds the cost of a flood. */
const LOOKS_MAX = 16;

export type SlotTable = {
  /** The key's slot, given to it if need be: 1 to `keys`, or SHARED_SLOT. */
  slotOf(key: string): number;
  /** Keys that have a slot of their own. */
  readonly size: number;
};

export function createSlotTable(options: {
  readonly keys: number;
  /** Whether forgetting the slot's key now loses nothing. */
  readonly isIdle: (slot: number) => boolean;
  /** The slot has a new key. */
  readonly clear: (slot: number) => void;
}): SlotTable {
  const slots = new Map<string, number>();
  const keys: string[] = [''];
  let hand = 0;

  /** First every slot once, then around in a circle to the next one that is idle. */
  const vacate = (): number => {
    if (keys.length <= options.keys) return keys.length;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      hand = (hand % options.keys) + 1;
      if (!options.isIdle(hand)) continue;
      slots.delete(keys[hand] ?? '');
      return hand;
    }
    return SHARED_SLOT;
  };

  return {
    slotOf(key) {
      const held = slots.get(key);
      if (held !== undefined) return held;
      const slot = vacate();
      if (slot === SHARED_SLOT) return slot;
      keys[slot] = key;
      slots.set(key, slot);
      options.clear(slot);
      return slot;
    },
    get size() {
      return slots.size;
    },
  };
}
