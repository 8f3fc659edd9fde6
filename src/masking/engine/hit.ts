/** A spotted value: where it is, as what, and how sure. Offsets are UTF-16, into the text that was scanned. */
export type Hit = {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  /** Which rule of the detector, e.g. `card-number`, `github-token`. */
  readonly rule: string;
  /** 0 to 1. */
  readonly score: number;
  /** A checksum, a plan or a published format says so, not only a shape. */
  readonly isValidated: boolean;
  /** Why it counts, free of content: `checksum`, `context "call"`. */
  readonly reasons: readonly string[];
};

/** Below it a candidate is no hit. */
export const SCORE_MIN = 0.5;
