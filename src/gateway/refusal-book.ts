/**
 * Refusals before anybody was verified. They are recorded collapsed: the first of a source and reason at once, the
 * rest as one counted record per window. They never wait for a sync, use the ledger's small queue, and the number of
 * sources remembered is bounded, so a stranger can neither stop the gateway nor fill the book.
 */
import type { LedgerEntry } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';

export type Stranger = {
  readonly source: string;
  readonly code: string;
  readonly reason: string;
  readonly connection: string;
};

export type RefusalBook = {
  note(refusal: Stranger): void;
  /** Writes the counts of windows that have ended; called by a timer and at the stop (`all`). */
  flush(all?: boolean): void;
  /** Refusals that could not be kept apart because too many sources came at once: counted under source `other`. */
  overflowed(): number;
};

type Window = Stranger & { startedMs: number; more: number };

export function createRefusalBook(options: {
  readonly limits: Pick<Limits, 'refusalWindowMs' | 'refusalSources'>;
  readonly clock: () => number;
  /** Makes the record: `count` is how many refusals it stands for. */
  readonly entry: (refusal: Stranger, count: number, windowMs: number) => LedgerEntry;
  readonly append: (entry: LedgerEntry) => boolean;
}): RefusalBook {
  const { limits, clock, entry, append } = options;
  const windows = new Map<string, Window>();
  let overflow = 0;

  const close = (key: string, window: Window): void => {
    if (window.more > 0 && !append(entry(window, window.more, clock() - window.startedMs))) return;
    windows.delete(key);
  };

  const open = (key: string, refusal: Stranger): void => {
    // A full queue drops the record of this one; it is then counted in the window instead of lost.
    const written = append(entry(refusal, 1, 0));
    windows.set(key, { ...refusal, startedMs: clock(), more: written ? 0 : 1 });
  };

  return {
    note(refusal) {
      let key = `${refusal.source}\n${refusal.code}\n${refusal.reason}`;
      let noted = refusal;
      if (!windows.has(key) && windows.size >= limits.refusalSources) {
        overflow += 1;
        noted = { ...refusal, source: 'other', connection: '' };
        key = `other\n${refusal.code}\n${refusal.reason}`;
      }
      const window = windows.get(key);
      if (window === undefined) open(key, noted);
      else if (clock() - window.startedMs < limits.refusalWindowMs) window.more += 1;
      else {
        window.more += 1;
        close(key, window);
      }
    },
    flush(all = false) {
      for (const [key, window] of windows)
        if (all || clock() - window.startedMs >= limits.refusalWindowMs) close(key, window);
    },
    overflowed: () => overflow,
  };
}
