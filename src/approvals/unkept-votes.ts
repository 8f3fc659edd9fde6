/**
 * Votes that are in the book and were not kept, because the disk failed or the process died in between. The book must not be
 * read as if they had counted, so it is told that they did not; and where somebody said no, nobody else says yes.
 */
import type { Approval, ApprovalStore, Vote } from '#approvals/approval.ts';
import { end } from '#approvals/transitions.ts';
import type { Changed, Decider } from '#approvals/transitions.ts';

export type UnkeptVote = { readonly by: Decider; readonly effect: Vote['effect'] };

export type UnkeptVotes = {
  /** Nobody knows yet whether it was kept. */
  doubt(id: string, vote: UnkeptVote): void;
  /** Settles what can be known by now. Throws as the store does, and goes on with the rest later. */
  settle(): Promise<void>;
  /** It was not kept: says so, unless it was after all. */
  settleOne(id: string, vote: UnkeptVote): Promise<void>;
};

export function createUnkeptVotes(parts: {
  readonly store: Pick<ApprovalStore, 'find'>;
  /** Into the book, durably. */
  readonly recordVoid: (approval: Approval, by: Decider) => Promise<unknown>;
  readonly endWith: (before: Approval, after: Changed | undefined) => Promise<void>;
  /** How many may be in doubt; of others the next start learns. */
  readonly most: number;
}): UnkeptVotes {
  const inDoubt: { readonly id: string; readonly vote: UnkeptVote }[] = [];
  const settleOne: UnkeptVotes['settleOne'] = async (id, { by, effect }) => {
    const kept = parts.store.find(id);
    if (kept === undefined) return;
    if (kept.votes.some((vote) => vote.by.issuer === by.issuer && vote.by.subject === by.subject)) return;
    if (effect === 'deny') await parts.endWith(kept, end(kept, 'void'));
    await parts.recordVoid(kept, by);
  };
  return {
    doubt(id, vote) {
      if (inDoubt.length < parts.most) inDoubt.push({ id, vote });
    },
    async settle() {
      for (let first = inDoubt[0]; first !== undefined; first = inDoubt[0]) {
        await settleOne(first.id, first.vote);
        inDoubt.shift();
      }
    },
    settleOne,
  };
}
