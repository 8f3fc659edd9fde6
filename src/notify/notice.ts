/** Of one approval and one notifier: whether it was told, and what comes next. Shapes, and the port to where that is kept. */
import type { NotifierKind } from '#notify/notifier.ts';

/**
 * `idle`: there is nothing to tell, or nothing yet. `waiting`: it is told when it is due. `told`: until the approval changes.
 * `dead`: given up.
 */
export const NOTICE_STATES = ['idle', 'waiting', 'told', 'dead'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export type Notice = {
  readonly notifier: string;
  readonly approval: string;
  readonly state: NoticeState;
  /** What was told last (approval-news.ts: `newsKey`); undefined while nothing was. */
  readonly told: string | undefined;
  /** Revision of the approval at which that was found out. */
  readonly revision: number;
  /** Nothing of it is to be told any more. */
  readonly isOver: boolean;
  /** Since something was told. One counts when it begins: a message that ends the process is not tried for ever. */
  readonly attempts: number;
  /** While it waits. Whoever tries moves it ahead first, so that nobody else tries meanwhile: that is the claim. */
  readonly dueMs: number | undefined;
  /** Why it was not told, or not to all: a fixed word. */
  readonly error: string | undefined;
  /** What the notifier gave to find its message again. */
  readonly ref: string | undefined;
  /** When the approval was asked for; the notice is forgotten with it. */
  readonly askedMs: number;
  /** Counts up with every change of this one; 0 before it is kept. */
  readonly version: number;
};

/** Shared by all processes on one data directory. Reading throws, and writing rejects, when nothing can be said of the disk. */
export type NoticeStore = {
  find(notifier: string, approval: string): Notice | undefined;
  /** All that are kept of one approval. */
  of(approval: string): readonly Notice[];
  /** Approvals with something due. */
  due(notifier: string, nowMs: number, limit: number): readonly string[];
  /** Approvals that wait and of which nothing is kept, or that changed since: what a process that died did not get to. */
  missed(notifier: string, limit: number): readonly string[];
  /** Approvals that wait and were given up. */
  dead(notifier: string, limit: number): readonly string[];
  /** How many wait to be told. */
  waiting(): number;
  /** Durable when it resolves. Undefined: it is not as it was read any more. */
  put(before: Notice, after: Omit<Notice, 'version'>): Promise<Notice | undefined>;
  close(): Promise<void>;
};

/** As people and programs see it. */
export type NoticeView = {
  readonly notifier: string;
  readonly state: Exclude<NoticeState, 'idle'>;
  readonly attempts: number;
  readonly lastError: string | null;
};

export const noticeViews = (notices: readonly Notice[]): readonly NoticeView[] =>
  notices.flatMap(({ notifier, state, attempts, error }) =>
    state === 'idle' ? [] : [{ notifier, state, attempts, lastError: error ?? null }],
  );

/** What was told, or given up, of the whole process, by kind. */
export type NoticeCounts = Readonly<
  Record<NotifierKind, { readonly told: number; readonly failed: number; readonly dead: number }>
>;
