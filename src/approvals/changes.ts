/**
 * How an approval is changed and who hears of it: kept by compare-and-set, then told to whoever waits or watches in this process.
 * What ends something grants nothing, so it is in force before it is recorded, and only whoever ended it says so.
 */
import type { ApprovalAct, ApprovalParts } from '#approvals/approval-parts.ts';
import type { Approval } from '#approvals/approval.ts';
import { createSettling } from '#approvals/settling.ts';
import type { Changed, Decider } from '#approvals/transitions.ts';

export type Changes = {
  /** Undefined when somebody else changed it first. */
  replace(before: Approval, after: Changed): Promise<Approval | undefined>;
  /** `after`: undefined where there is nothing to end. `by`: who did; undefined for the gateway itself. */
  endWith(before: Approval, after: Changed | undefined, act: ApprovalAct, by?: Decider): Promise<void>;
  /** It is new, or somebody else changed it. */
  tell(approval: Approval): void;
  /** What other processes changed since this was asked last. Throws when the store cannot be read. */
  follow(): void;
  /**
   * The listener is called once, when it is not pending any more, with what it then is: also when it is so already. Gives what
   * ends that. Throws when the store cannot be read.
   */
  whenSettled(id: string, listener: (approval: Approval) => void): () => void;
  /**
   * Those changed after `revision`, as they are now, in order, some at a time; as far as this process knows of them, which is
   * what `onChange` was called for. Whoever is up to date costs nothing, however many they are.
   */
  changedAfter(revision: number): readonly Approval[];
  /** Called with every change, whichever process made it. Gives what ends that. */
  onChange(listener: (approval: Approval) => void): () => void;
};

export function createChanges(parts: Pick<ApprovalParts, 'store' | 'clock' | 'record' | 'limits' | 'watch'>): Changes {
  const { store, clock, record } = parts;
  const settling = createSettling();
  const listeners = new Set<(approval: Approval) => void>();
  let seen = store.lastRevision();
  let told: { readonly after: number; readonly approvals: readonly Approval[] } | undefined;

  const tell = (approval: Approval): void => {
    told = undefined;
    settling.tell(approval);
    for (const listener of listeners) listener(approval);
  };
  const replace: Changes['replace'] = async (before, after) => {
    const replaced = await store.replace(before, after);
    if (replaced === undefined) return undefined;
    parts.watch?.changed(before, replaced, clock());
    tell(replaced);
    return replaced;
  };
  return {
    replace,
    tell,
    async endWith(before, after, act, by) {
      const ended = after === undefined ? undefined : await replace(before, after);
      if (ended !== undefined) await record(act, ended, by);
    },
    follow() {
      for (const approval of store.changedAfter(seen)) {
        seen = approval.revision;
        tell(approval);
      }
    },
    whenSettled(id, listener) {
      const forget = settling.add(id, listener);
      try {
        // It may have been decided before anybody listened.
        const found = store.find(id);
        if (found !== undefined) settling.tell(found);
      } catch (error) {
        forget();
        throw error;
      }
      return forget;
    },
    changedAfter(after) {
      if (told?.after !== after) told = { after, approvals: store.changedAfter(after, parts.limits.approvalsTold) };
      return told.approvals;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
