/** An approval in words: what its state means, what each scope lets happen and until when, how far those who decide are. */
import type { ApprovalView } from '#approvals/approval-view.ts';
import type { ApprovalScope, ApprovalState } from '#approvals/approval.ts';
import { unreachable } from '#result.ts';
import { timeOf } from '#signin/me/me-page.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

export function durationWords(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (ms < MINUTE_MS) return counted(Math.max(1, Math.round(ms / 1_000)), 'second');
  if (minutes < HOUR_MINUTES || minutes % HOUR_MINUTES !== 0) return counted(minutes, 'minute');
  return counted(minutes / HOUR_MINUTES, 'hour');
}

export const STATE_WORDS: Readonly<Record<ApprovalState, string>> = {
  pending: 'waits for a decision',
  approved: 'is approved, and can be used',
  denied: 'is denied',
  expired: 'ran out: its time is over',
  withdrawn: 'was withdrawn by whoever asked',
  used: 'was approved, and is used up',
  void: 'is void: the policy, the tool or the access of whoever asked is not what it was',
};

const SCOPE_TITLES: Readonly<Record<ApprovalScope, string>> = {
  once: 'This call, once.',
  call: 'Exactly this call, again and again.',
  tool: 'Any call of this tool, whatever its arguments.',
};

export const GRANTED_WORDS: Readonly<Record<ApprovalScope, string>> = {
  once: 'this call, once',
  call: 'exactly this call, again and again',
  tool: 'any call of this tool by this caller',
};

/** What it lets happen, and until when if somebody decides now. */
export function scopeWords(scope: ApprovalScope, validMs: number, nowMs: number): Html {
  const title = html`<strong>${SCOPE_TITLES[scope]}</strong>`;
  const until = html`for ${durationWords(validMs)} after the last yes (now: until ${timeOf(nowMs + validMs)})`;
  switch (scope) {
    case 'once':
      return html`${title} It can be made ${until}; then it is asked anew.`;
    case 'call':
      return html`${title} With these very arguments, by this caller, ${until}.`;
    case 'tool':
      return html`${title} By this caller, ${until}. Nobody is asked about what they then send.`;
    default:
      return unreachable(scope);
  }
}

/** How many have agreed, of how many; one no ends it. */
export function progressWords({ votes, needed, state }: Pick<ApprovalView, 'votes' | 'needed' | 'state'>): string {
  const yes = votes.filter(({ decision }) => decision === 'approve').length;
  const said = `${yes} of ${needed} ${needed === 1 ? 'person has' : 'people have'} agreed`;
  return state === 'pending' ? `${said}; ${needed - yes} more needed, and one no ends it` : said;
}
