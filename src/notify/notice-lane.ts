/**
 * The approvals that are to be looked at for one notifier: each by one at a time, a few at once, none while the notifier's
 * server asked not to be asked. Bounded; what found no place is looked for anew.
 */
import type { Limits } from '#limits.ts';

export type NoticeLane = {
  add(id: string): void;
  /** Begins with as many as may be under way. */
  pump(): void;
  /** Whether something found no place since this was last asked. */
  overflowed(): boolean;
  /** Begins with nothing more; resolves when nothing is under way. */
  end(): Promise<void>;
};

export type LaneParts = {
  /** Never rejects; gives for how many milliseconds nothing more is to be begun. */
  readonly run: (id: string) => Promise<number>;
  readonly clock: () => number;
  readonly limits: () => Pick<Limits, 'noticesAtOnce' | 'noticesQueued'>;
};

export function createNoticeLane({ run, clock, limits }: LaneParts): NoticeLane {
  const queued = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let notBeforeMs = 0;
  let hasOverflowed = false;
  let isEnded = false;

  const next = (): string | undefined => {
    for (const id of queued) if (!running.has(id)) return id;
    return undefined;
  };
  const mayBegin = (): boolean => !isEnded && running.size < limits().noticesAtOnce && clock() >= notBeforeMs;
  const pump = (): void => {
    while (mayBegin()) {
      const id = next();
      if (id === undefined) return;
      queued.delete(id);
      running.set(id, begin(id));
    }
  };
  const begin = async (id: string): Promise<void> => {
    const pauseMs = await run(id);
    notBeforeMs = Math.max(notBeforeMs, clock() + pauseMs);
    running.delete(id);
    pump();
  };
  return {
    add(id) {
      if (queued.size >= limits().noticesQueued && !queued.has(id)) hasOverflowed = true;
      else queued.add(id);
    },
    pump,
    overflowed() {
      const had = hasOverflowed;
      hasOverflowed = false;
      return had;
    },
    async end() {
      isEnded = true;
      queued.clear();
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}
