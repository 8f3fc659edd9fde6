/**
 * At a start, before anything is granted: makes what is kept of approvals agree with the book. A state that is older than
 * the book, or that cannot be compared with it, grants nothing any more: all that was open is void. Reads no book itself.
 */
import type { Approval, ApprovalStore, Principal } from '#approvals/approval.ts';
import { isOlder, votesNotKept } from '#approvals/book-facts.ts';
import type { Told } from '#approvals/book-facts.ts';
import type { Approvals } from '#approvals/approvals.ts';
import { isOpen } from '#approvals/transitions.ts';

export type ReconcileParts = {
  readonly store: Pick<ApprovalStore, 'find'>;
  readonly approvals: Pick<Approvals, 'voidAll'>;
  /** Durable when it resolves. */
  readonly recordVoteVoid: (approval: Approval, by: Principal) => Promise<unknown>;
};

/** Why everything that was open is void; undefined when it is not. */
export type Mistrust = 'older' | 'unread';

/** @param told what the book says since the state was last sure of it, by id; undefined when it could not be read. Throws as the store does. */
export async function reconcile(
  { store, approvals, recordVoteVoid }: ReconcileParts,
  told: ReadonlyMap<string, Told> | undefined,
): Promise<Mistrust | undefined> {
  const all = [...(told ?? [])].map(([id, facts]) => ({ kept: store.find(id), facts }));
  const mistrust =
    told === undefined ? 'unread' : all.some(({ kept, facts }) => isOlder(kept, facts)) ? 'older' : undefined;
  if (mistrust !== undefined) await approvals.voidAll(() => true);
  for (const { kept, facts } of all) {
    if (kept === undefined || !isOpen(kept)) continue;
    const lost = votesNotKept(kept, facts);
    for (const { by } of lost) await recordVoteVoid(kept, by);
    // Somebody said no and it was not kept: nobody else may say yes to this any more.
    if (lost.some(({ effect }) => effect === 'deny')) await approvals.voidAll(({ id }) => id === kept.id);
  }
  return mistrust;
}
