/**
 * What the book tells of approvals, held against what is kept of them. Whatever the state says, a use that is in the book is
 * used up and an end that is in the book is one: a state that knows less is of another time. Plain data in, plain data out.
 */
import type { Approval, Principal, Vote } from '#approvals/approval.ts';
import { isOpen } from '#approvals/transitions.ts';

/** One record that names an approval. `act`: `intent`, or what a `control` record calls itself. */
export type ToldRecord = {
  readonly act: string;
  readonly approval: string;
  readonly by: Principal;
  /** Of an `approval_vote`. */
  readonly vote?: Vote['effect'];
};

/** In one part of the book. */
export type Told = {
  /** How many calls went up by it; a further round of one tells as well that it was used. */
  readonly uses: number;
  readonly isOver: boolean;
  /** Where the book does not say that it did not count. */
  readonly votes: readonly { readonly by: Principal; readonly effect: Vote['effect'] }[];
};

const ENDS = new Set(['approval_expired', 'approval_withdrawn', 'approval_void']);
const NOTHING: Told = { uses: 0, isOver: false, votes: [] };

const isSame = (one: Principal, other: Principal): boolean =>
  one.issuer === other.issuer && one.subject === other.subject;

export function toldWith(told: Told | undefined, { act, by, vote = 'approve' }: ToldRecord): Told {
  const before = told ?? NOTHING;
  const others = before.votes.filter((other) => !isSame(other.by, by));
  switch (act) {
    case 'intent':
      return { ...before, uses: before.uses + 1 };
    case 'approval_vote':
      return { ...before, votes: [...others, { by, effect: vote }] };
    case 'approval_vote_void':
      return { ...before, votes: others };
    default:
      return ENDS.has(act) ? { ...before, isOver: true } : before;
  }
}

/**
 * Whether the state is older than the book: it has as open what was used up or ended. A vote that is missing says nothing,
 * since whoever dies after it was recorded has not kept it.
 */
export function isOlder(kept: Approval | undefined, told: Told): boolean {
  // Of what is not there nothing is granted, but it was there when it was used.
  if (kept === undefined) return told.uses > 0;
  if (!isOpen(kept)) return false;
  if (told.isOver) return true;
  return told.uses > 0 && !(kept.state === 'approved' && (kept.scope === 'call' || kept.scope === 'tool'));
}

/** Those that are in the book and never counted. */
export const votesNotKept = (kept: Approval, { votes }: Told): Told['votes'] =>
  votes.filter(({ by }) => !kept.votes.some((vote) => isSame(vote.by, by)));
