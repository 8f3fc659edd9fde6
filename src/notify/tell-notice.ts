/**
 * Looks at one approval for one notifier and does what is to be done: claims it, tells it, writes what came of it. The claim is
 * durable before anything is sent, the record before it counts as told: whoever dies in between leaves it to be told again.
 */
import type { Approval } from '#approvals/approval.ts';
import type { Limits } from '#limits.ts';
import { newsState } from '#notify/approval-news.ts';
import { attempt, STOPPED } from '#notify/attempt.ts';
import { noticeStep, retryDelayMs } from '#notify/notice-step.ts';
import type { Notice, NoticeStore } from '#notify/notice.ts';
import type { ApprovalNews, NewsState, NoticeFault, Notifier, NotifierKind, Told } from '#notify/notifier.ts';
import { unreachable } from '#result.ts';

export type NoticeAct = 'approval_told' | 'notice_failed';
/** For the book; free of content. */
export type NoticeDetail = {
  readonly notifier: string;
  readonly kind: NotifierKind;
  /** What was told, or should have been. */
  readonly told: NewsState;
  readonly reason?: string;
};

export type TellParts = {
  readonly store: NoticeStore;
  readonly find: (approval: string) => Approval | undefined;
  readonly news: (approval: Approval) => ApprovalNews;
  /** Durable when it resolves to true. */
  readonly record: (act: NoticeAct, approval: Approval, detail: NoticeDetail) => Promise<boolean>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Asked at each use: a reload may change it. */
  readonly limits: () => Pick<
    Limits,
    | 'noticeMs'
    | 'noticeClaimMs'
    | 'noticeAttempts'
    | 'noticeRetryMs'
    | 'noticeRetryMsMax'
    | 'noticeRetryAfterMsMax'
    | 'noticeRefChars'
  >;
  readonly stopping: AbortSignal;
  readonly onFault: (what: string, error: unknown) => void;
  readonly onOutcome: (kind: NotifierKind, outcome: 'told' | 'failed' | 'dead') => void;
  readonly onDead: (approval: string, detail: NoticeDetail) => void;
};

/** What nothing is kept of yet. */
const unkept = (approval: Approval, notifier: string): Notice => ({
  notifier,
  approval: approval.id,
  state: 'idle',
  told: undefined,
  revision: 0,
  isOver: false,
  attempts: 0,
  dueMs: undefined,
  error: undefined,
  ref: undefined,
  askedMs: approval.askedMs,
  version: 0,
});

type Claimed = { readonly notice: Notice; readonly approval: Approval; readonly notifier: Notifier };

async function keepTold(
  { notice, approval, notifier: { name, kind } }: Claimed,
  key: string,
  given: Told,
  parts: TellParts,
): Promise<void> {
  const told = newsState(approval);
  if (!(await parts.record('approval_told', approval, { notifier: name, kind, told }))) return;
  const ref = given.ref !== undefined && given.ref.length <= parts.limits().noticeRefChars ? given.ref : notice.ref;
  await parts.store.put(notice, {
    ...notice,
    state: 'told',
    told: key,
    revision: approval.revision,
    isOver: told !== 'pending',
    attempts: 0,
    dueMs: undefined,
    error: given.partly,
    ref,
  });
  parts.onOutcome(kind, 'told');
}

async function keepFailed(
  { notice, approval, notifier: { name, kind } }: Claimed,
  fault: NoticeFault,
  { store, clock, limits, record, onOutcome, onDead }: TellParts,
): Promise<void> {
  const { reason, isFinal, retryAfterMs = 0 } = fault;
  const waiting = { ...notice, error: reason };
  if (fault === STOPPED) {
    await store.put(notice, { ...waiting, dueMs: clock() });
    return;
  }
  onOutcome(kind, 'failed');
  if (!isFinal && notice.attempts < limits().noticeAttempts) {
    const dueMs = clock() + retryDelayMs(notice.attempts, retryAfterMs, limits());
    await store.put(notice, { ...waiting, dueMs });
    return;
  }
  const detail = { notifier: name, kind, told: newsState(approval), reason };
  if (!(await record('notice_failed', approval, detail))) return;
  await store.put(notice, { ...waiting, state: 'dead', dueMs: undefined, revision: approval.revision });
  onOutcome(kind, 'dead');
  onDead(approval.id, detail);
}

async function tell(
  before: Notice,
  approval: Approval,
  { key, notifier }: { readonly key: string; readonly notifier: Notifier },
  parts: TellParts,
): Promise<number> {
  const { store, clock, limits, stopping, onFault } = parts;
  const notice = await store.put(before, {
    ...before,
    state: 'waiting',
    attempts: before.attempts + 1,
    dueMs: clock() + limits().noticeClaimMs,
  });
  // Another process was first.
  if (notice === undefined) return 0;
  const claimed: Claimed = { notice, approval, notifier };
  const bounds = { timeoutMs: limits().noticeMs, stopping, onFault };
  const outcome = await attempt(notifier, parts.news(approval), notice.ref, bounds);
  if (outcome.ok) await keepTold(claimed, key, outcome.value, parts);
  else await keepFailed(claimed, outcome.error, parts);
  return outcome.ok ? 0 : Math.min(outcome.error.retryAfterMs ?? 0, limits().noticeRetryAfterMsMax);
}

/**
 * Gives for how many milliseconds nothing more is to be sent to this notifier. Rejects when nothing can be read or written; it
 * is then due again when its claim runs out, or was missed.
 */
export async function tellNotice(id: string, notifier: Notifier, parts: TellParts): Promise<number> {
  const approval = parts.find(id);
  if (approval === undefined) return 0;
  const kept = parts.store.find(notifier.name, id);
  const notice = kept ?? unkept(approval, notifier.name);
  const step = noticeStep(approval, kept, notifier, parts.clock());
  switch (step.do) {
    case 'nothing':
      return 0;
    case 'rest':
      await parts.store.put(notice, { ...notice, revision: approval.revision, isOver: step.isOver });
      return 0;
    case 'tell':
      return tell(notice, approval, { key: step.key, notifier }, parts);
    default:
      return unreachable(step);
  }
}
