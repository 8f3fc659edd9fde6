/**
 * Calls that wait for people, as the gateway and the API use them: ask, decide, use, end. Puts records and store in their
 * order: what grants or refuses is in the book before it is in force; a yes is used up, on stable storage, before anything is
 * sent. Knows neither HTTP nor what a record looks like.
 */
import type { ApprovalParts } from '#approvals/approval-parts.ts';
import type { Approval } from '#approvals/approval.ts';
import { createAsking } from '#approvals/asking.ts';
import type { Asking } from '#approvals/asking.ts';
import { createChanges } from '#approvals/changes.ts';
import type { Changes } from '#approvals/changes.ts';
import { createDeciding } from '#approvals/deciding.ts';
import type { Deciding } from '#approvals/deciding.ts';
import { end, lapse } from '#approvals/transitions.ts';
import type { Decider } from '#approvals/transitions.ts';
import { createUsing } from '#approvals/using.ts';
import type { Using } from '#approvals/using.ts';

type Ending = {
  /** Whoever asked does not want it any more. `by`: who said so; undefined where it shows from what their client did. */
  withdraw(id: string, by?: Decider): Promise<void>;
  /** The last client here that waited for it went away: withdrawn, but for whoever waits elsewhere, who asks anew. */
  leave(id: string): Promise<void>;
  /** What was asked is nobody's any more, or under another policy: all that `isMeant` says so of. */
  voidAll(isMeant: (approval: Approval) => boolean): Promise<void>;
};

export type Approvals = Asking &
  Using &
  Omit<Deciding, 'settleVotes'> &
  Pick<Changes, 'whenSettled' | 'changedAfter' | 'onChange'> &
  Ending & {
    find(id: string): Approval | undefined;
    list(states: readonly Approval['state'][]): readonly Approval[];
    lastRevision(): number;
    /** Looks for what other processes did and what time did. Never throws. */
    poll(): Promise<void>;
  };

export function createApprovals(parts: ApprovalParts): Approvals {
  const { store, clock } = parts;
  const changes = createChanges(parts);
  const deciding = createDeciding(parts, changes);
  const openOnes = (): readonly Approval[] => store.list(['pending', 'approved'], Number.MAX_SAFE_INTEGER);
  return {
    ...createAsking(parts, changes),
    ...createUsing(parts, changes),
    ...deciding,
    whenSettled: (id, listener) => changes.whenSettled(id, listener),
    changedAfter: (revision) => changes.changedAfter(revision),
    onChange: (listener) => changes.onChange(listener),
    async withdraw(id, by) {
      const before = store.find(id);
      if (before !== undefined) await changes.endWith(before, end(before, 'withdrawn'), 'approval_withdrawn', by);
    },
    async leave(id) {
      const before = store.find(id);
      const ended = before === undefined ? undefined : end(before, 'withdrawn');
      if (before !== undefined && ended !== undefined)
        await changes.endWith(before, { ...ended, isLeft: true }, 'approval_withdrawn');
    },
    async voidAll(isMeant) {
      for (const approval of openOnes())
        if (isMeant(approval)) await changes.endWith(approval, end(approval, 'void'), 'approval_void');
    },
    find: (id) => store.find(id),
    list: (states) => store.list(states, parts.limits.approvalsListed),
    lastRevision: () => store.lastRevision(),
    async poll() {
      try {
        changes.follow();
        for (const approval of store.due(clock()))
          await changes.endWith(approval, lapse(approval, clock()), 'approval_expired');
        await deciding.settleVotes();
      } catch (error) {
        parts.onFault('approvals cannot be followed', error);
      }
    },
  };
}
