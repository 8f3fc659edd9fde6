/**
 * Tells notifiers of approvals, for as long as the process runs. The approvals themselves are the queue: what is to be told is
 * read off them and off what is kept of each notice, so that a process that dies loses nothing, and another goes on. Told at
 * least once, by one process at a time. Nobody who asks, decides or calls ever waits for it.
 */
import type { Approval } from '#approvals/approval.ts';
import type { Limits } from '#limits.ts';
import { createNoticeLane } from '#notify/notice-lane.ts';
import type { NoticeLane } from '#notify/notice-lane.ts';
import type { NoticeCounts } from '#notify/notice.ts';
import type { Notifier, NotifierKind } from '#notify/notifier.ts';
import { tellNotice } from '#notify/tell-notice.ts';
import type { TellParts } from '#notify/tell-notice.ts';

export type NoticesParts = Omit<TellParts, 'limits' | 'stopping' | 'onOutcome'> & {
  readonly limits: () => ReturnType<TellParts['limits']> &
    Pick<Limits, 'noticesAtOnce' | 'noticesQueued' | 'noticesDue' | 'noticeSweepMs'>;
};

export type Notices = {
  /**
   * Tells these from now on, at the start and after each reload. Resolves when nothing is under way to those it told before and
   * does not any more.
   */
  use(notifiers: readonly Notifier[]): Promise<void>;
  changed(approval: Pick<Approval, 'id'>): void;
  /** Looks for what is due, and now and then for what was missed. Never throws. */
  poll(): void;
  counts(): NoticeCounts;
  /** Resolves when nothing is under way; what was is due again at once, for whoever comes next. */
  stop(): Promise<void>;
};

type Count = { told: number; failed: number; dead: number };
const none = (): Count => ({ told: 0, failed: 0, dead: 0 });

type Open = { readonly lane: NoticeLane; readonly notifier: Notifier };

export function createNotices(noticesParts: NoticesParts): Notices {
  const { store, clock, limits, onFault } = noticesParts;
  const stopping = new AbortController();
  const counts: Readonly<Record<NotifierKind, Count>> = {
    slack: none(),
    teams: none(),
    email: none(),
    webhook: none(),
  };
  const parts: TellParts = {
    ...noticesParts,
    stopping: stopping.signal,
    onOutcome: (kind, outcome) => void (counts[kind][outcome] += 1),
  };
  let lanes: ReadonlyMap<string, Open> = new Map();
  let sweptMs = 0;
  let soon: NodeJS.Immediate | undefined;

  const laneOf = (notifier: Notifier): NoticeLane =>
    createNoticeLane({
      clock,
      limits,
      async run(id) {
        try {
          return await tellNotice(id, notifier, parts);
        } catch (error) {
          onFault('a notice cannot be kept', error);
          return 0;
        }
      },
    });

  /** Whoever changed the configuration, or started anew, may have mended what failed. */
  const revive = async ({ name }: Notifier): Promise<void> => {
    for (const id of store.dead(name, limits().noticesQueued)) {
      const dead = store.find(name, id);
      if (dead?.state === 'dead') await store.put(dead, { ...dead, state: 'waiting', attempts: 0, dueMs: clock() });
    }
  };

  const poll = (): void => {
    if (stopping.signal.aborted || lanes.size === 0) return;
    const nowMs = clock();
    // A clock that was set back must not put it off.
    const isTime = Math.abs(nowMs - sweptMs) >= limits().noticeSweepMs;
    if (isTime) sweptMs = nowMs;
    try {
      for (const [name, { lane }] of lanes) {
        const isMissed = lane.overflowed() || isTime;
        for (const id of store.due(name, nowMs, limits().noticesDue)) lane.add(id);
        // One more than there is place for: then the next look is for the rest.
        if (isMissed) for (const id of store.missed(name, limits().noticesQueued + 1)) lane.add(id);
        lane.pump();
      }
    } catch (error) {
      onFault('notices cannot be read', error);
    }
  };

  return {
    async use(notifiers) {
      const before = lanes;
      lanes = new Map(
        notifiers.map((notifier): [string, Open] => {
          const same = before.get(notifier.name);
          return [notifier.name, same?.notifier === notifier ? same : { notifier, lane: laneOf(notifier) }];
        }),
      );
      sweptMs = 0;
      const gone = [...before].filter(([name, { lane }]) => lanes.get(name)?.lane !== lane);
      const ended = Promise.all(gone.map(([, { lane }]) => lane.end()));
      for (const [name, { notifier }] of lanes)
        if (before.get(name)?.notifier !== notifier)
          await revive(notifier).catch((error: unknown) => onFault('notices cannot be read', error));
      poll();
      await ended;
    },
    changed({ id }) {
      if (stopping.signal.aborted || lanes.size === 0) return;
      for (const { lane } of lanes.values()) lane.add(id);
      // Not on the way of whoever asks or decides.
      soon ??= setImmediate(() => {
        soon = undefined;
        for (const { lane } of lanes.values()) lane.pump();
      });
    },
    poll,
    counts: () => ({
      slack: { ...counts.slack },
      teams: { ...counts.teams },
      email: { ...counts.email },
      webhook: { ...counts.webhook },
    }),
    async stop() {
      stopping.abort();
      await Promise.all([...lanes.values()].map(({ lane }) => lane.end()));
    },
  };
}
