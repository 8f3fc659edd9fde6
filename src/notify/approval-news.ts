/**
 * What is told of an approval. Whoever asks chose the name of what is called and is read by people who are about to decide, in
 * programs that make links of what looks like one: so nothing of it is a link, a line of its own, or hidden.
 */
import type { Approval, Statement } from '#approvals/approval.ts';
import { spelledOut } from '#definitions/look-alikes.ts';
import type { Limits } from '#limits.ts';
import type { ApprovalNews, NewsState, NotifierKind } from '#notify/notifier.ts';
import { unreachable } from '#result.ts';

export type NewsParts = {
  /** As texts are masked that are stored. */
  readonly mask: (text: string) => string;
  readonly publicUrl: string;
  /** Whether people sign in here, and so have pages. */
  readonly hasPages: boolean;
  readonly limits: Pick<Limits, 'noticeTextChars' | 'noticeApprovers'>;
};

/** `https://evil.test` → `https[:]//evil[.]test`: mail programs and chats make links of hosts too. */
const unlinked = (text: string): string =>
  text.replaceAll('://', '[:]//').replaceAll(/(?<=[\p{L}\p{N}])([.\u3002\uff0e\uff61])(?=[\p{L}\p{N}-]{2})/gu, '[$1]');

/** One line that is no link, in which everything is seen for what it is. */
export function plainText(text: string, charsMax: number): string {
  // Cut first: nobody pays for a name of megabytes.
  const head = text.slice(0, charsMax).toWellFormed();
  const plain = unlinked(spelledOut(head));
  return plain.length <= charsMax && head.length === text.length
    ? plain
    : `${plain.slice(0, charsMax).toWellFormed()}…`;
}

/** What was decided stays what is told: a yes that was used, or ran out, needs nobody's attention. */
export function newsState({ state, usableUntilMs }: Pick<Approval, 'state' | 'usableUntilMs'>): NewsState {
  switch (state) {
    case 'used':
      return 'approved';
    case 'expired':
    case 'withdrawn':
    case 'void':
      return usableUntilMs === undefined ? state : 'approved';
    case 'pending':
    case 'approved':
    case 'denied':
      return state;
    default:
      return unreachable(state);
  }
}

const saidIn = ({ reason, ticket }: Statement): string =>
  ticket === undefined ? reason : `${reason} (${ticket})`.trimStart();

const yesOf = ({ votes }: Pick<Approval, 'votes'>): number => votes.filter(({ effect }) => effect === 'approve').length;

/**
 * Two of the same approval with the same key say the same. Where a message is rewritten, everything that people see in it
 * counts; elsewhere each would be one more message, and only the end is worth one.
 */
export function newsKey(kind: NotifierKind, approval: Approval): string {
  const state = newsState(approval);
  if (kind !== 'slack' || state !== 'pending') return state;
  return `${state} ${yesOf(approval)} ${approval.statement === undefined ? 'unsaid' : 'said'}`;
}

export function approvalNews(approval: Approval, { mask, publicUrl, hasPages, limits }: NewsParts): ApprovalNews {
  const { id, revision, connection, requester, terms, votes, flood, statement } = approval;
  const shown = (text: string): string => plainText(text, limits.noticeTextChars);
  const state = newsState(approval);
  const last = state === 'approved' || state === 'denied' ? votes.at(-1) : undefined;
  const page = flood === undefined ? `${publicUrl}/approvals/${id}` : `${publicUrl}/approvals`;
  return {
    id,
    revision,
    state,
    connection,
    method: shown(mask(approval.method)),
    name: shown(mask(approval.name)),
    requester: { subject: shown(requester.subject), kind: requester.kind },
    rule: terms.rule,
    approvers: terms.approvers.slice(0, limits.noticeApprovers).map(shown),
    needed: terms.needed,
    yes: yesOf(approval),
    askedAtMs: approval.askedMs,
    expiresAtMs: approval.expiresMs,
    url: hasPages ? page : undefined,
    flood: flood?.of,
    statement: statement === undefined ? undefined : shown(saidIn(statement)),
    decidedBy: last === undefined ? undefined : shown(last.by.subject),
    // Masked when it was kept.
    reason: last === undefined || last.reason === '' ? undefined : shown(last.reason),
  };
}
