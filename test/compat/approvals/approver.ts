/**
 * The person who decides, at the API: about each request at its time, and about a second one of the same caller no more. And whoever
 * calls, where a reason is asked for that their program did not ask them for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Course } from './course.ts';
import { DECIDED_AFTER_MS, STATED_AFTER_MS, WORDS_OF_NO } from './course.ts';

/** A case as the approver knows it: by who asks. */
export type Expected = {
  readonly subject: string;
  readonly course: Course;
  readonly onSettled: () => void;
  /** At the API, as whoever calls. */
  readonly token: string;
};
export type Approver = {
  /** How many requests a caller made. */
  timesAsked(subject: string): number;
  expect(expected: readonly Expected[]): void;
  end(): Promise<void>;
};

type Listed = {
  readonly id: string;
  readonly state: string;
  readonly requester: { readonly subject: string };
  readonly askedAt: string;
  readonly expiresAt: string;
  readonly statement: { readonly at: string } | null;
};

const LOOK_EVERY_MS = 250;

/** When it can be decided, as the person who decides does it; undefined: whoever calls has to say why. */
function decidedMs({ askedAt, statement }: Listed, course: Exclude<Course, 'expired'>): number | undefined {
  const from = course === 'asked' ? statement?.at : askedAt;
  return from === undefined ? undefined : Date.parse(from) + DECIDED_AFTER_MS[course];
}

export function startApprover(origin: string, approverToken: string): Approver {
  const expected = new Map<string, Expected>();
  const asked = new Map<string, Set<string>>();
  const settled = new Set<string>();
  const ending = new AbortController();

  const api = async (path: string, body?: object, token = approverToken): Promise<unknown> => {
    const response = await fetch(`${origin}/api/v1/approvals${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const settle = ({ subject, onSettled }: Expected): void => {
    settled.add(subject);
    onSettled();
  };
  const lookAt = async (approval: Listed, nowMs: number): Promise<void> => {
    const { subject } = approval.requester;
    const one = expected.get(subject);
    if (one === undefined) return;
    asked.set(subject, (asked.get(subject) ?? new Set()).add(approval.id));
    if (settled.has(subject)) return;
    if (one.course === 'expired') {
      if (nowMs > Date.parse(approval.expiresAt)) settle(one);
      return;
    }
    if (approval.state !== 'pending') return;
    const atMs = decidedMs(approval, one.course);
    if (atMs === undefined && nowMs > Date.parse(approval.askedAt) + STATED_AFTER_MS)
      await api(`/${approval.id}/statement`, { reason: 'the customer called' }, one.token);
    if (atMs === undefined || nowMs < atMs) return;
    const decision = one.course === 'denied' ? { decision: 'deny', reason: WORDS_OF_NO } : { decision: 'approve' };
    await api(`/${approval.id}/decision`, decision);
    settle(one);
  };
  const look = async (): Promise<void> => {
    for (const approval of (await api('?state=all')) as readonly Listed[]) await lookAt(approval, Date.now());
  };
  const looking = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look().catch((error: unknown) => process.stderr.write(`compat: the approver: ${String(error)}\n`));
      await delay(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    timesAsked: (subject) => asked.get(subject)?.size ?? 0,
    expect(more) {
      for (const one of more) expected.set(one.subject, one);
    },
    async end() {
      ending.abort();
      await looking;
    },
  };
}
