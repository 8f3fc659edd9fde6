/**
 * Whether the person of a browser's session may still sign in, asked of their issuer as often as programs have it asked by
 * refreshing. A session of which that could not be learnt in time names nobody any more: see web-session.ts.
 */
import type { Headers } from '#gateway/call.ts';
import type { Limits } from '#limits.ts';
import type { Accounts } from '#signin/asked.ts';
import type { WebSessions } from '#signin/web-session.ts';

/** Before anybody is looked for by the cookie. False: it cannot be told now. */
export type BrowserCheck = (headers: Headers) => Promise<boolean>;

export function createBrowserCheck(parts: {
  readonly sessions: Pick<WebSessions, 'signInOf'>;
  readonly accounts: Pick<Accounts, 'findChecked'>;
  readonly clock: () => number;
  readonly limits: Pick<Limits, 'issuerCheckDueMs'>;
}): BrowserCheck {
  const { sessions, accounts, clock, limits } = parts;
  return async (headers) => {
    try {
      const signIn = sessions.signInOf(headers);
      if (signIn === undefined || clock() - signIn.checkedAtMs < limits.issuerCheckDueMs) return true;
      return (await accounts.findChecked(signIn.id, undefined)) !== 'unavailable';
    } catch {
      return false;
    }
  };
}
