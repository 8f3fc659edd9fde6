/** How a yes is used: found, used up on stable storage before anything is sent, and gone on with where the server asks for more. */
import type { ApprovalParts } from '#approvals/approval-parts.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Changes } from '#approvals/changes.ts';
import { isSamePrint } from '#approvals/fingerprint.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import { isUsable, use } from '#approvals/transitions.ts';

export type Using = {
  /** One that permits exactly this now. Throws when the store cannot be read. */
  usable(prints: Prints): Approval | undefined;
  /** Used up when it resolves, on stable storage: as it is then. Undefined: somebody else was first, or it is over. */
  use(approval: Approval): Promise<Approval | undefined>;
  /** The server asks for a further round of what was agreed to once: with this state the same call may go on, once. */
  letGoOn(id: string, stateDigest: string): Promise<void>;
  /** Goes on by that, as `use` uses. */
  goOn(approval: Approval): Promise<Approval | undefined>;
  /** No further round of those: nobody knows which one came last. */
  stopGoingOn(ids: readonly string[] | 'all'): Promise<void>;
};

export function createUsing(
  parts: Pick<ApprovalParts, 'store' | 'clock' | 'isReconciled'>,
  { replace }: Pick<Changes, 'replace'>,
): Using {
  const { store, clock } = parts;
  const checkReconciled = (): void => {
    if (parts.isReconciled?.() === false) throw new Error('approvals were not held against the book yet');
  };
  return {
    usable({ fingerprint, toolPrint }) {
      checkReconciled();
      return store
        .matching(fingerprint, toolPrint)
        .find(
          (approval) =>
            isUsable(approval, clock()) &&
            (isSamePrint(approval.fingerprint, fingerprint) || approval.scope === 'tool'),
        );
    },
    async use(approval) {
      checkReconciled();
      // One for a while is not changed by its use: whether it was ended since it was found is asked of the store.
      if (store.find(approval.id)?.revision !== approval.revision) return undefined;
      const after = use(approval, clock());
      if (after === approval) return approval;
      return after === undefined ? undefined : replace(approval, after);
    },
    async letGoOn(id, stateDigest) {
      const before = store.find(id);
      if (before?.state === 'used') await replace(before, { ...before, continues: stateDigest });
    },
    async goOn(approval) {
      checkReconciled();
      return replace(approval, { ...approval, continues: undefined });
    },
    async stopGoingOn(ids) {
      const used = ids === 'all' ? store.list(['used'], Number.MAX_SAFE_INTEGER) : ids.map((id) => store.find(id));
      for (const approval of used)
        if (approval?.continues !== undefined) await replace(approval, { ...approval, continues: undefined });
    },
  };
}
