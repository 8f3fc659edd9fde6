/**
 * The bounds of docs/ledger-format.md section 8, repeated here on purpose: the verifier shares nothing with the writer,
 * not even its limits. Sizes in bytes, times in milliseconds.
 */
export const BOUNDS = {
  leafBytes: 4_096,
  piecePlainBytes: 1024 * 1024,
  pieceOverheadBytes: 40,
  piecesPerRecord: 64,
  headerBodyBytes: 4 * 1024 * 1024,
  commitBodyBytes: 64 * 1024,
  recordBodyBytes: 4 + 4_096 + 64 * (4 + 1024 * 1024 + 40),
  batchRecords: 65_536,
  segmentBytes: 1024 * 1024 * 1024,
  closedIntentsRemembered: 65_536,
  approvalsRemembered: 262_144,
  /** Calls of one approval that was given for a while. */
  approvalCallsRemembered: 1_024,
  /** By how much the record of a use may come after the end of an approval for a while, and after its time. */
  approvalEndMs: 5_000,
  recordWaitMs: 60_000,
  noteSignatures: 64,
  verifierKeys: 16,
  ringLineBytes: 4_096,
  quotedChars: 80,
  /** A live log: how long to wait for a batch that is being written, how often to look, how far to follow a growing log. */
  liveWaitMs: 2_000,
  livePollMs: 50,
  liveRounds: 16,
} as const;
