/** What is to be done about one approval for one notifier. Plain data in, plain data out; writes and sends nothing. */
import type { Approval } from '#approvals/approval.ts';
import type { Limits } from '#limits.ts';
import { newsKey, newsState } from '#notify/approval-news.ts';
import type { Notice } from '#notify/notice.ts';
import type { NotifierKind } from '#notify/notifier.ts';

export type NoticeStep =
  /** Somebody is at it, or it is not time yet, or it was given up: there is nothing to do now. */
  | { readonly do: 'nothing' }
  /** There is nothing to tell, or nothing yet: that is written down, so that it is not asked again before it changes. */
  | { readonly do: 'rest'; readonly isOver: boolean }
  /** `key`: what is then told. */
  | { readonly do: 'tell'; readonly key: string };

const NOTHING: NoticeStep = { do: 'nothing' };

/** Of a flood only the first is told: whoever is asked a thousand times reads none. */
const isFor = ({ id, terms, flood }: Approval, notifier: string): boolean =>
  (terms.notify.length === 0 || terms.notify.includes(notifier)) && (flood === undefined || flood.first === id);

/** Nobody can say yes before whoever asks has said why. The first of a flood stands for others, of other callers too. */
const isUnready = ({ state, terms, statement, flood }: Approval): boolean =>
  flood === undefined &&
  state === 'pending' &&
  (terms.asks.reason || terms.asks.ticket !== undefined) &&
  statement === undefined;

/** @param notice undefined: nothing is kept of it yet */
export function noticeStep(
  approval: Approval,
  notice: Notice | undefined,
  notifier: { readonly name: string; readonly kind: NotifierKind },
  nowMs: number,
): NoticeStep {
  const isOver = newsState(approval) !== 'pending';
  const key = newsKey(notifier.kind, approval);
  if (notice?.state === 'dead') return NOTHING;
  // Also when it is over by now: an earlier try may have reached people although nobody wrote so.
  if (notice?.state === 'waiting') return (notice.dueMs ?? 0) > nowMs ? NOTHING : { do: 'tell', key };
  if (notice !== undefined && (notice.isOver || notice.revision >= approval.revision)) return NOTHING;
  if (!isFor(approval, notifier.name)) return { do: 'rest', isOver: true };
  if (notice?.told === key) return { do: 'rest', isOver };
  // Whoever was never asked need not hear that it is over, except where nobody hears of the others otherwise.
  if (notice?.told === undefined && isOver && approval.flood === undefined) return { do: 'rest', isOver: true };
  if (isUnready(approval)) return { do: 'rest', isOver: false };
  return { do: 'tell', key };
}

/** How long after the so-maniest try the next one is: twice as long each time, and never before the server asked for. */
export function retryDelayMs(
  attempts: number,
  retryAfterMs: number,
  limits: Pick<Limits, 'noticeRetryMs' | 'noticeRetryMsMax' | 'noticeRetryAfterMsMax'>,
): number {
  const backOff = Math.min(limits.noticeRetryMs * 2 ** Math.max(0, attempts - 1), limits.noticeRetryMsMax);
  return Math.max(backOff, Math.min(retryAfterMs, limits.noticeRetryAfterMsMax));
}
