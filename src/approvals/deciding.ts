/**
 * How people say why something is asked, and decide. What they say is in the book before it counts; what the book has and the
 * store did not take is said not to have counted.
 */
import type { ApprovalParts, Unavailable } from '#approvals/approval-parts.ts';
import type { Approval, Principal } from '#approvals/approval.ts';
import type { Changes } from '#approvals/changes.ts';
import { maySee } from '#approvals/may-see.ts';
import { state, statementFault } from '#approvals/statement.ts';
import type { Said, StatementFault } from '#approvals/statement.ts';
import { isOfGlass, standingOf, vote, voteFault } from '#approvals/transitions.ts';
import type { Decider, Standing, Verdict, VoteFault } from '#approvals/transitions.ts';
import { createUnkeptVotes } from '#approvals/unkept-votes.ts';
import type { UnkeptVote } from '#approvals/unkept-votes.ts';
import type { Role } from '#policy/duties.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type Deciding = {
  /** Whether they can still say why it is asked, for whoever asks them. */
  statementFault(approval: Approval, by: Principal): StatementFault | undefined;
  /** Says why it is asked. */
  state(
    id: string,
    by: Decider,
    said: Said,
  ): Promise<Result<Approval, StatementFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable>>;
  /** Whether the person may know of it. */
  isShownTo(approval: Approval, by: Decider, roles: ReadonlySet<Role>): boolean;
  /** As what the person may decide, and what they may agree to; undefined when they may not. */
  standing(approval: Approval, by: Decider): Standing | undefined;
  /** Whether the person may decide at all, for whoever shows it to him. */
  voteFault(approval: Approval, by: Decider): VoteFault | undefined;
  vote(
    id: string,
    by: Decider,
    verdict: Verdict,
  ): Promise<Result<Approval, VoteFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable>>;
  /** The vote is in the book and may not have been kept. */
  settleVote(id: string, vote: UnkeptVote): Promise<void>;
  /** The same for all votes of this process of which that is so. Throws as the store does. */
  settleVotes(): Promise<void>;
};

export function createDeciding(
  parts: Pick<ApprovalParts, 'store' | 'clock' | 'samePeople' | 'glassOf' | 'record' | 'limits' | 'watch'>,
  changes: Pick<Changes, 'replace' | 'endWith'>,
): Deciding {
  const { store, clock, record } = parts;
  const unkeptVotes = createUnkeptVotes({
    store,
    recordVoid: (approval, by) => record('approval_vote_void', approval, by),
    endWith: (before, after) => changes.endWith(before, after, 'approval_void'),
    most: parts.limits.approvalsListed,
  });
  const equipped = ({ issuer, subject, groups }: Decider): Decider => {
    const glass = parts.glassOf({ issuer, subject, groups });
    return { issuer, subject, groups, ...(glass === undefined ? {} : { glass }) };
  };
  const faultOf: Deciding['voteFault'] = (approval, by) =>
    voteFault(approval, equipped(by), clock(), parts.samePeople());

  return {
    statementFault: (approval, by) => statementFault(approval, by, clock(), parts.samePeople()),
    async state(id, by, said) {
      const before = store.find(id);
      if (before === undefined) return err('unknown_approval');
      const stated = state(before, by, said, { nowMs: clock(), samePeople: parts.samePeople() });
      if (!stated.ok) return stated;
      const recorded = await record('approval_statement', { ...stated.value, revision: before.revision }, by);
      if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
      // It grants nothing: one that came too late stands in the book as what was said, and no yes follows it.
      const after = await changes.replace(before, stated.value);
      return after === undefined ? err('changed_meanwhile') : ok(after);
    },
    isShownTo: (approval, by, roles) => maySee(approval, by, roles) || faultOf(approval, by) === undefined,
    standing: (approval, by) => standingOf(approval, equipped(by), clock(), parts.samePeople()),
    voteFault: faultOf,
    async vote(id, decider, verdict) {
      const before = store.find(id);
      if (before === undefined) return err('unknown_approval');
      const by = equipped(decider);
      const voted = vote(before, by, verdict, { nowMs: clock(), samePeople: parts.samePeople() });
      if (!voted.ok) return voted;
      const cast = voted.value.votes.at(-1);
      if (by.glass !== undefined && cast !== undefined && isOfGlass(cast)) {
        parts.watch?.decidedByGlass(before, by.glass);
        const broken = await record('approval_break_glass', { ...voted.value, revision: before.revision }, by);
        if (!broken.ok) return err({ code: 'unavailable', reason: broken.error });
      }
      const recorded = await record('approval_vote', { ...voted.value, revision: before.revision }, by);
      if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
      const after = await changes.replace(before, voted.value).catch((error: unknown) => {
        unkeptVotes.doubt(id, { by, effect: verdict.effect });
        throw error;
      });
      if (after !== undefined) return ok(after);
      // Recorded, and somebody else's change came in between: the book must not be read as if it had counted.
      await record('approval_vote_void', before, by);
      return err('changed_meanwhile');
    },
    settleVote: (id, unkept) => unkeptVotes.settleOne(id, unkept),
    settleVotes: () => unkeptVotes.settle(),
  };
}
