/** A ledger in memory: remembers what it was given, in order, and refuses on command. */
import type { LedgerPort } from '#ledger/port.ts';
import type { LedgerEntry, LedgerRefusal } from '#ledger/record.ts';
import type { RecordHeader } from '#events/header.ts';
import { err, ok } from '#result.ts';

export type FakeLedger = LedgerPort & {
  /** What `append` took, in order; the position is the record's index. */
  readonly entries: readonly LedgerEntry[];
  /** What `appendUnwaited` took. */
  readonly unwaited: readonly LedgerEntry[];
  /** Asked for every entry and, without one, by `accepts`; gives the refusal, or undefined to take it. */
  refusing: (entry: LedgerEntry | undefined) => LedgerRefusal | undefined;
  /** Called when an entry is durable, before `append` resolves: for tests of what happens in which order. */
  durable: (entry: LedgerEntry) => void;
};

export const LATCHED: LedgerRefusal = { reason: 'latched', retryAfterMs: 5_000 };

export function createFakeLedger(): FakeLedger {
  const entries: LedgerEntry[] = [];
  const unwaited: LedgerEntry[] = [];
  return {
    entries,
    unwaited,
    refusing: () => undefined,
    durable: () => undefined,
    origin: 'test/a',
    shard: 'a',
    async append(entry) {
      const refusal = this.refusing(entry);
      if (refusal !== undefined) return err(refusal);
      entries.push(entry);
      const n = entries.length - 1;
      this.durable(entry);
      return ok({ shard: 'a', n });
    },
    appendUnwaited(entry) {
      if (this.refusing(entry) !== undefined) return false;
      unwaited.push(entry);
      return true;
    },
    accepts() {
      const refusal = this.refusing(undefined);
      return refusal === undefined ? ok(true) : err(refusal);
    },
    watermark: () => ({ size: entries.length, segment: 0, offset: 0 }),
    checkpoint: () => '',
  };
}

export const headerOf = (entry: LedgerEntry | undefined): RecordHeader =>
  JSON.parse(entry?.header ?? '{}') as RecordHeader;

/** Kind and status of every entry: the shape of what happened. */
export const shapeOf = (entries: readonly LedgerEntry[]): readonly string[] =>
  entries.map(({ kind, st, ref }) => (ref === null ? `${kind} ${st}` : `${kind} ${st} of ${ref}`));
