/**
 * At a start, before anything is granted: makes what is kept of approvals agree with the book. A state that is older than
 * the book, or that cannot be compared with it, grants nothing any more: all that was open is void. Reads no book itself.
 */
import type { ApprovalStore } from '#approvals/approval.ts';
import type { Approvals } from '#approvals/approvals.ts';
import { isOlder, votesNotKept } from '#approvals/book-facts.ts';
import type { Told } from '#approvals/book-facts.ts';
import { isOpen } from '#approvals/transitions.ts';

export type ReconcileParts = {
  readonly store: Pick<ApprovalStore, 'find'>;
  readonly approvals: Pick<Approvals, 'voidAll' | 'stopGoingOn' | 'settleVote'>;
};

/** Why everything that was open is void; undefined when it is not. */
export type Mistrust = 'older' | 'unread';

/** @param told what the book says since the state was last sure of it, by id; undefined when it could not be read. Throws as the store does. */
export async function reconcile(
  { store, approvals }: ReconcileParts,
  told: ReadonlyMap<string, Told> | undefined,
): Promise<Mistrust | undefined> {
  const all = [...(told ?? [])].map(([id, facts]) => ({ id, kept: store.find(id), facts }));
  const mistrust =
    told === undefined ? 'unread' : all.some(({ kept, facts }) => isOlder(kept, facts)) ? 'older' : undefined;
  if (mistrust !== undefined) await approvals.voidAll(() => true);
  // Which round of a call was the last to go up is not in the book in a form that could be compared: none goes on.
  const wentUp = all.filter(({ facts }) => facts.uses > 0).map(({ id }) => id);
  await approvals.stopGoingOn(mistrust === undefined ? wentUp : 'all');
  for (const { id, kept, facts } of all) {
    if (kept === undefined || !isOpen(kept)) continue;
    for (const { by, effect } of votesNotKept(kept, facts))
      await approvals.settleVote(id, { by: { ...by, groups: [] }, effect });
  }
  return mistrust;
}
