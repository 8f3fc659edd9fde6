/** Whoever is told that a call waits for people: what they are told, and the port. Shapes only. */
import type { ApprovalState, Principal } from '#approvals/approval.ts';
import type { CallerKind } from '#identity/caller.ts';
import type { Result } from '#result.ts';

/** What comes after a yes (used, run out) is told to nobody: their part is over. */
export type NewsState = Exclude<ApprovalState, 'used'>;

export type NotifierKind = 'slack' | 'teams' | 'email' | 'webhook';

/**
 * Of one approval, as it is now: never an argument of the call, and nothing that leads to one but the page, which asks who
 * is there. Every text is masked, bounded, spells hidden characters out and has nothing in it that a program takes for a link.
 * It is not escaped for any format.
 */
export type ApprovalNews = {
  readonly id: string;
  /** Counts up with every change; of the same approval a higher one is newer. */
  readonly revision: number;
  readonly state: NewsState;
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly requester: Pick<Principal, 'subject'> & { readonly kind: CallerKind };
  readonly rule: string;
  /** Namespaced groups. */
  readonly approvers: readonly string[];
  /** So many people have to say yes, and so many did. */
  readonly needed: number;
  readonly yes: number;
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  /** The page that shows it; undefined where nobody signs in, and so has no pages. */
  readonly url: string | undefined;
  /** This stands for many requests, of one caller or under one rule, of which no other is told; `url` is then the list. */
  readonly flood: 'caller' | 'rule' | undefined;
  /** Why whoever asks wants it. */
  readonly statement: string | undefined;
  /** Subject of who decided last, once it is decided by people. */
  readonly decidedBy: string | undefined;
  readonly reason: string | undefined;
};

export type NoticeFault = {
  /** A fixed word, or one with a status; free of content. It is recorded and shown. */
  readonly reason: string;
  /** Trying again cannot help: what is configured is wrong or gone. */
  readonly isFinal: boolean;
  /** Asked for by the other side. Nothing at all is sent to it before. */
  readonly retryAfterMs?: number;
};

export type Told = {
  /** Undefined: what was kept before stays. */
  readonly ref?: string;
  /** A fixed word, when not all were reached; it is shown, and not tried again. */
  readonly partly?: string;
};

export type Notifier = {
  readonly name: string;
  readonly kind: NotifierKind;
  /**
   * Called again after a fault, a crash, and whenever there is news: it may have been told before.
   * @param ref what telling of this approval gave last, kept sealed: where the message is that is rewritten
   * @param signal aborts when its time is over; whatever was not answered by then has failed
   */
  tell(news: ApprovalNews, ref: string | undefined, signal: AbortSignal): Promise<Result<Told, NoticeFault>>;
  /** Closes its sockets. */
  close(): Promise<void>;
};

/** One POST to a notifier's server: no redirect is followed, and the signal bounds it as a whole. */
export type NoticePost = (
  request: { readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
) => Promise<Result<NoticeAnswer, 'unreachable' | 'timed_out'>>;

export type NoticeAnswer = {
  readonly status: number;
  /** Of `Retry-After`, bounded. */
  readonly retryAfterMs: number | undefined;
  /** `noticeAnswerBytes` of it at most; what is longer is cut. */
  readonly body: string;
};
