/** What becomes of a held call, and what a program is asked to do with one. Pure data: what is asked of it, and what it tells. */

/**
 * `soon`: a person agrees while every client still waits; `late`: when a client with its usual time-out waits no more. `asked`: nobody
 * can agree before whoever calls has said why.
 */
export const COURSES = ['soon', 'late', 'denied', 'expired', 'asked'] as const;
export type Course = (typeof COURSES)[number];

/** Column heads of the page. */
export const COURSE_TITLES: Readonly<Record<Course, string>> = {
  soon: 'approved within 5 s',
  late: 'approved within 90 s',
  denied: 'denied',
  expired: 'expired',
  asked: 'a reason asked for, then approved',
};

/**
 * When the approver decides, counted from the moment people were asked, or whoever calls said why; nobody decides about `expired`.
 */
export const DECIDED_AFTER_MS: Readonly<Record<Exclude<Course, 'expired'>, number>> = {
  soon: 4_000,
  late: 80_000,
  denied: 4_000,
  asked: 4_000,
};
/** Whoever was not asked by their program says why on the page of the request. */
export const STATED_AFTER_MS = 5_000;
export const WORDS_OF_NO = 'not on a Friday';

/** The tool of servers/orders.ts that is held; each case has an order and a caller of its own, so that no yes is for two. */
export const HELD_TOOL = 'cancel-order';

/**
 * How a client on an SDK is set up; the time-outs are always its own. `progress` wants to hear of progress, and waits no longer for
 * it; `patient` does. `task`: it asks for a task (2025-11-25, in the SDK v1 an experiment).
 */
export const SETUPS = ['plain', 'progress', 'patient', 'url', 'form'] as const;
export type Setup = (typeof SETUPS)[number] | 'task';

/** As servers/orders.ts calls them in its answers. */
export type Era = 'legacy' | 'modern';

/** At which server: one with sessions in the legacy era, one without, one of the HTTP+SSE transport of 2024-11-05. */
export const SERVERS = ['orders', 'stateless', 'sse'] as const;
export type ServerOfOrders = (typeof SERVERS)[number];

export type WaitingCase = { readonly course: Course; readonly order: string; readonly token: string };
export type WaitingErrand = { readonly url: string; readonly setup: Setup; readonly cases: readonly WaitingCase[] };

/** What the program's user, or the model in it, is given to read for one try, whether as an answer or as a fault. */
export type Attempt = { readonly text: string };
export type CaseReport = {
  readonly course: Course;
  readonly attempts: readonly Attempt[];
  /** What the program showed in between. */
  readonly links: number;
  readonly forms: number;
  readonly progress: number;
};

/** To a driver: the approver has decided, or nobody did in time; a refused call may be tried again. */
export type Settled = { readonly settled: Course };
