/** Notices in memory beside a fake store of approvals, with the rules of the store in `state.db`. */
import type { ApprovalStore } from '#approvals/approval.ts';
import type { Notice, NoticeStore } from '#notify/notice.ts';

export type FakeNoticeStore = NoticeStore & {
  all(): readonly Notice[];
  /** What is to be written from here on is lost, as when the process ends before. */
  loseWrites(isLost: (after: Omit<Notice, 'version'>) => boolean): void;
};

export function createFakeNoticeStore(
  approvals: Pick<ApprovalStore, 'find' | 'list'>,
  kept = new Map<string, Notice>(),
): FakeNoticeStore {
  let isLost: (after: Omit<Notice, 'version'>) => boolean = () => false;
  const nameOf = (notifier: string, approval: string): string => `${notifier} ${approval}`;
  const all = (): readonly Notice[] => [...kept.values()];
  return {
    all,
    loseWrites: (lost) => void (isLost = lost),
    find: (notifier, approval) => kept.get(nameOf(notifier, approval)),
    of: (approval) => all().filter((one) => one.approval === approval),
    due: (notifier, nowMs, limit) =>
      all()
        .filter((one) => one.notifier === notifier && one.state === 'waiting' && (one.dueMs ?? 0) <= nowMs)
        .map(({ approval }) => approval)
        .slice(0, limit),
    missed: (notifier, limit) =>
      [
        ...approvals
          .list(['pending'], Number.MAX_SAFE_INTEGER)
          .map(({ id }) => id)
          .filter((id) => !kept.has(nameOf(notifier, id))),
        ...all()
          .filter(
            (one) =>
              one.notifier === notifier &&
              !one.isOver &&
              (one.state === 'told' || one.state === 'idle') &&
              one.revision < (approvals.find(one.approval)?.revision ?? 0),
          )
          .map(({ approval }) => approval),
      ].slice(0, limit),
    dead: (notifier, limit) =>
      all()
        .filter((one) => one.notifier === notifier && one.state === 'dead')
        .map(({ approval }) => approval)
        .filter((id) => approvals.find(id)?.state === 'pending')
        .slice(0, limit),
    waiting: () => all().filter(({ state }) => state === 'waiting').length,
    async put(before, after) {
      // As with a thread that writes, others read meanwhile.
      await Promise.resolve();
      if (isLost(after)) throw new Error('the disk is gone');
      const name = nameOf(after.notifier, after.approval);
      if ((kept.get(name)?.version ?? 0) !== before.version) return undefined;
      const written = { ...after, version: before.version + 1 };
      kept.set(name, written);
      return written;
    },
    close: async () => undefined,
  };
}
