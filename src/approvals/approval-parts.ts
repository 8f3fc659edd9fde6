/** What approvals are made of, and what they tell of themselves. Shapes and ports only. */
import type { Approval, ApprovalStore } from '#approvals/approval.ts';
import type { SamePeople } from '#approvals/people.ts';
import type { Decider } from '#approvals/transitions.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';

/** What happened to an approval, for the book. */
export type ApprovalAct =
  | 'approval_requested'
  | 'approval_flood'
  | 'approval_statement'
  | 'approval_break_glass'
  | 'approval_vote'
  | 'approval_vote_void'
  | 'approval_expired'
  | 'approval_withdrawn'
  | 'approval_void';

/** `unavailable`: the book or the store cannot do its part; nothing was granted. */
export type Unavailable = { readonly code: 'unavailable'; readonly reason: string };

/** What this process itself made of approvals, for whoever counts it. What others did is not told. */
export type ApprovalWatch = {
  asked(approval: Approval): void;
  /** `askedMs` to `atMs`: how long it took. */
  changed(before: Approval, after: Approval, atMs: number): void;
  /** More was asked than people can look at: called at the first such request of each stretch of time. */
  flooded(approval: Approval): void;
  /** Somebody decides who could not but for the glass they broke; called whatever comes of it. `glass`: its record. */
  decidedByGlass(approval: Approval, glass: string): void;
};

export type ApprovalParts = {
  readonly store: ApprovalStore;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Asked at each decision: a reload may change it. */
  readonly samePeople: () => SamePeople;
  /** Id of the record of the glass that this person broke, while it is in force; undefined too when that cannot be read. */
  readonly glassOf: (by: Decider) => string | undefined;
  /** Durable when it resolves; gives the id of the record. `by`: who did it; undefined for the gateway itself. */
  readonly record: (act: ApprovalAct, approval: Approval, by: Decider | undefined) => Promise<Result<string, string>>;
  /** Whether what is kept agrees with the book; until then nothing is granted. Throws when that cannot be said. */
  readonly isReconciled?: () => boolean;
  readonly limits: Pick<Limits, 'approvalsListed' | 'approvalsTold'>;
  /** A fault of the store in the background; `what` names it, free of content. */
  readonly onFault: (what: string, error: unknown) => void;
  readonly watch?: ApprovalWatch;
};
