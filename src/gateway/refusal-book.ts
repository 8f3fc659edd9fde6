/**
 * Refusals before anybody was verified. They are recorded collapsed: the first of a source and reason at once, the
 * rest as one counted record per window. They never wait for a sync and use the ledger's small queue.
 *
 * What strangers can make the book grow by is bounded in absolute terms, whatever they send and from however many
 * addresses: `strangerRecordsPerHour` records that name a source (a full hour's may be used at once), and beyond them one
 * counted record for each code in ten windows, of source `other`. With the defaults that is at most 25 * 600 + 12 * 144 =
 * 16,728 records a day for each worker; of 0.8 KB each, 14 MB (test/attacks/floods-disk.test.ts). No refusal is lost from
 * the counts while the process lives: what the ledger does not take now is written later.
 */
import { createTokenBuckets } from '#gateway/token-bucket.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';

export type Stranger = {
  readonly source: string;
  readonly code: string;
  readonly reason: string;
  readonly connection: string;
  /** A key that is one, at a place where it may not be used: that it was shown there is for its owner to know. */
  readonly shown?: ShownKey | undefined;
};

export type ShownKey = { readonly client: string; readonly key: string };

export type RefusalBook = {
  note(refusal: Stranger): void;
  /** Writes the counts of windows that have ended; called by a timer and at the stop (`all`). */
  flush(all?: boolean): void;
  /** Refusals that could not be kept apart because too many sources came at once: counted under source `other`. */
  overflowed(): number;
};

type Window = Stranger & { startedMs: number; more: number };

/** A window is at most two records: its first refusal, and the count of the rest. */
const RECORDS_PER_WINDOW = 2;
/** What is not kept apart is written less often. */
const OTHERS_WINDOWS = 10;

export function createRefusalBook(options: {
  readonly limits: Pick<Limits, 'refusalWindowMs' | 'refusalSources' | 'strangerRecordsPerHour'>;
  readonly clock: () => number;
  /** Makes the record: `count` is how many refusals it stands for. */
  readonly entry: (refusal: Stranger, count: number, windowMs: number) => LedgerEntry;
  readonly append: (entry: LedgerEntry) => boolean;
}): RefusalBook {
  const { limits, clock, entry, append } = options;
  const windows = new Map<string, Window>();
  const others = new Map<string, Window>();
  const windowsPerHour = limits.strangerRecordsPerHour / RECORDS_PER_WINDOW;
  const budget = createTokenBuckets(1, { perSecond: windowsPerHour / 3_600, burst: windowsPerHour });
  let overflow = 0;

  const close = (held: Map<string, Window>, key: string, window: Window): void => {
    if (window.more > 0 && !append(entry(window, window.more, clock() - window.startedMs))) return;
    held.delete(key);
  };

  const open = (key: string, refusal: Stranger): void => {
    // A full queue drops the record of this one; it is then counted in the window instead of lost.
    const written = append(entry(refusal, 1, 0));
    windows.set(key, { ...refusal, startedMs: clock(), more: written ? 0 : 1 });
  };

  const count = (held: Map<string, Window>, key: string, window: Window, windowMs: number): void => {
    window.more += 1;
    if (clock() - window.startedMs >= windowMs) close(held, key, window);
  };

  const countOther = ({ code }: Stranger): void => {
    overflow += 1;
    const held = others.get(code);
    const window = held ?? {
      source: 'other',
      code,
      reason: 'many_sources',
      connection: '',
      startedMs: clock(),
      more: 0,
    };
    if (held === undefined) others.set(code, window);
    count(others, code, window, OTHERS_WINDOWS * limits.refusalWindowMs);
  };

  return {
    note(refusal) {
      const key = `${refusal.source}\n${refusal.code}\n${refusal.reason}\n${refusal.shown?.key ?? ''}`;
      const window = windows.get(key);
      if (window !== undefined) count(windows, key, window, limits.refusalWindowMs);
      else if (windows.size < limits.refusalSources && budget.take(0, clock()) === 0) open(key, refusal);
      else countOther(refusal);
    },
    flush(all = false) {
      for (const [held, windowMs] of [
        [windows, limits.refusalWindowMs],
        [others, OTHERS_WINDOWS * limits.refusalWindowMs],
      ] as const)
        for (const [key, window] of held) if (all || clock() - window.startedMs >= windowMs) close(held, key, window);
    },
    overflowed: () => overflow,
  };
}
