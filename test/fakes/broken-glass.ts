/** Broken glass in memory, as src/store/broken-glass-table.ts keeps it. */
import type { ApiParts } from '#api/parts.ts';
import { callerKey } from '#identity/caller.ts';
import type { BrokenGlass } from '#policy/break-glass.ts';

export type FakeBrokenGlass = ApiParts['brokenGlass'] & {
  alarms: number;
  /** Whether it can be read and written. */
  works: boolean;
};

export function createFakeBrokenGlass(): FakeBrokenGlass {
  const rows = new Map<string, BrokenGlass>();
  const store: FakeBrokenGlass = {
    alarms: 0,
    works: true,
    alarm: () => {
      store.alarms += 1;
    },
    find: (caller) => working().get(callerKey(caller)),
    inForce: (nowMs) => [...working().values()].filter(({ endsAtMs }) => endsAtMs > nowMs),
    begin: (glass) => void working().set(callerKey(glass), glass),
    end: (caller) => working().delete(callerKey(caller)),
    close: () => undefined,
  };
  const working = (): typeof rows => {
    if (!store.works) throw new Error('no disk');
    return rows;
  };
  return store;
}
