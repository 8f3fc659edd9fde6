/** News in words, line by line, for programs that show text. Each text is one line already (approval-news.ts). */
import type { ApprovalNews, NewsState } from '#notify/notifier.ts';

const OVER: Readonly<Record<Exclude<NewsState, 'pending'>, string>> = {
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Nobody decided in time',
  withdrawn: 'Withdrawn by whoever asked',
  void: 'Void: the policy, the tool or the access changed',
};

export function titleOf({ state, flood }: Pick<ApprovalNews, 'state' | 'flood'>): string {
  if (state !== 'pending') return OVER[state];
  return flood === undefined ? 'A call waits for an approval' : 'Many calls wait for an approval';
}

const minuteOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Label and text of each line. */
export function linesOf(news: ApprovalNews): readonly (readonly [label: string, text: string])[] {
  const { id, state, connection, method, name, requester, rule, approvers, needed, flood } = news;
  const { statement, decidedBy, reason } = news;
  const some = (label: string, text: string | undefined): readonly (readonly [string, string])[] =>
    text === undefined || text === '' ? [] : [[label, text]];
  const lines: readonly (readonly [string, string])[] = [
    ['Call', name === '' ? method : `${method} ${name}`],
    ['Connection', connection],
    ['Asked by', `${requester.subject} (${requester.kind.replace('_', ' ')})`],
    ...some('Because', statement),
    ['Held by the rule', rule],
    ...some(
      'So many',
      flood === undefined
        ? undefined
        : `that no other is told of by itself (${flood === 'caller' ? 'of one caller' : 'under one rule'})`,
    ),
  ];
  if (state !== 'pending') return [...lines, ...some('Decided by', decidedBy), ...some('Reason', reason), ['Id', id]];
  return [
    ...lines,
    ['Decided by', `${needed} of ${approvers.join(', ')}`],
    ['Waits until', minuteOf(news.expiresAtMs)],
    ['Id', id],
  ];
}

/** Where nobody signs in there are no pages. */
export const noPageText = (id: string): string => `Look at it with: gatebook approvals show ${id}`;
