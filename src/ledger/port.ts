/** The ledger as the rest of the gateway sees it. The implementation is ledger/ledger.ts, the fake is in test/. */
import type { Result } from '#result.ts';
import type { LedgerEntry, LedgerRefusal, RecordRef } from '#ledger/record.ts';

/** Durable position other readers may go up to. `offset` is in bytes into segment `segment`, just after a commit frame. */
export type Watermark = { readonly size: number; readonly segment: number; readonly offset: number };

export type LedgerPort = {
  /** Resolves only when the record is synced to stable storage; never resolves for a record that may be lost. */
  append(entry: LedgerEntry): Promise<Result<RecordRef, LedgerRefusal>>;
  /** For refusals of unverified callers: own small queue, never waits, full means dropped and counted. Returns false when dropped. */
  appendUnwaited(entry: LedgerEntry): boolean;
  /** Whether new calls may begin; a refusal here is the error table's `audit_unavailable`. */
  accepts(): Result<true, LedgerRefusal>;
  watermark(): Watermark;
  /** Latest issued (synced) C2SP checkpoint, a signed note. */
  checkpoint(): string;
  readonly origin: string;
  readonly shard: string;
};
