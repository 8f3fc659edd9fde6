/** What a verification found: plain data, printed by the command and compared by tests. */
import type { Fault } from '#ledger/verify/fault.ts';
import type { LeafKind } from '#ledger/verify/leaf.ts';

/** How much of the log was read and found good, as of its last commit; mutable while the walk runs. */
export type Tally = {
  segments: number;
  commits: number;
  records: Record<LeafKind, number>;
  /** Stored pieces of blobs, and their bytes. */
  pieces: number;
  pieceBytes: number;
  /** Pieces that retention removed: legal, their hashes stay in the leaves. */
  piecesRemoved: number;
  /** Records whose blob was opened and whose commitments hold; 0 without keys. */
  opened: number;
  /** Records whose blob cannot be opened because a piece was removed or its key destroyed; counted with keys only. */
  unreadable: number;
  /** Of these, the ones whose day key or subject key is gone. */
  keysDestroyed: number;
  openIntents: number;
};

export type VerifyReport = {
  readonly ok: boolean;
  readonly fault: Fault | null;
  readonly origin: string;
  /** Size and base64 root of the tree of the last good commit; root null when there is none. */
  readonly size: number;
  readonly root: string | null;
  /** The signed note of the last good commit. */
  readonly checkpoint: string | null;
  /** Time of the last record of that commit (RFC 3339), as the writer's clock had it: informative. */
  readonly checkpointTime: string | null;
  /** Size of the later checkpoint that was given and that this log extends. */
  readonly extendsCheckpoint: number | null;
  readonly counts: Readonly<Tally>;
  readonly blobs: 'opened' | 'not_opened_no_keys';
  /** Observations that are no fault: files that do not belong to the log, a log that grew while it was read. */
  readonly notes: readonly string[];
};

export type Progress = { readonly bytes: number; readonly bytesTotal: number; readonly records: number };

export const newTally = (): Tally => ({
  segments: 0,
  commits: 0,
  records: { intent: 0, result: 0, denied: 0, stream: 0, orphan: 0, control: 0, anchor: 0 },
  pieces: 0,
  pieceBytes: 0,
  piecesRemoved: 0,
  opened: 0,
  unreadable: 0,
  keysDestroyed: 0,
  openIntents: 0,
});
