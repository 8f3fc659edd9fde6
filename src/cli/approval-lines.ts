/** Requests for approval as lines for a person. Names and arguments come from strangers: nothing in them may steer the terminal. */
import type { ApprovalView } from '#approvals/approval-view.ts';
import { STATES } from '#approvals/approval.ts';
import { cellText, printable, textTable } from '#cli/text-table.ts';
import { revealed } from '#definitions/hidden-text.ts';
import type { NoticeView } from '#notify/notice.ts';
import { spelledOut } from '#definitions/look-alikes.ts';

/** As the API gives it. */
export type ShownApproval = ApprovalView & {
  readonly mayDecide: boolean;
  readonly mayState: boolean;
  /** Of a gateway before there were any there are none. */
  readonly notices?: readonly NoticeView[];
  readonly arguments?: unknown;
  /** What else goes to the server. */
  readonly beside?: unknown;
};

const COLUMNS = ['ID', 'STATE', 'ASKED', 'REQUESTER', 'CONNECTION', 'NAME', 'RULE', 'YOURS'] as const;

export const approvalTable = (approvals: readonly ShownApproval[]): string =>
  textTable(
    COLUMNS,
    approvals.map((one) =>
      [
        one.id,
        one.state,
        one.askedAt,
        one.requester.subject,
        one.connection,
        revealed(one.name),
        one.rule,
        one.mayDecide ? 'to decide' : '-',
      ].map(cellText),
    ),
  );

/** One that was just asked or changed, on a line. */
export function watchedLine(one: ShownApproval): string {
  const vote = one.votes.at(-1);
  const said = vote === undefined || vote.reason === '' ? '' : `: ${vote.reason}`;
  const who = vote === undefined ? '' : `${vote.decision === 'deny' ? 'no' : 'yes'} by ${vote.by.subject}${said}`;
  const cells = [
    vote?.at ?? one.askedAt,
    one.state.padEnd(STATE_CHARS),
    one.id,
    one.requester.subject,
    one.connection,
    spelledOut(one.name),
    one.rule,
    ...(one.mayDecide ? ['yours to decide'] : []),
    ...(one.flood === null || one.state !== 'pending' ? [] : [`one of too many of this ${one.flood}`]),
    ...(who === '' ? [] : [spelledOut(who)]),
  ];
  return `${cells.map(cellText).join('  ')}\n`;
}
const STATE_CHARS = Math.max(...STATES.map(({ length }) => length));

const statementOf = ({ asks, statement }: ShownApproval): readonly string[] => {
  if (statement !== null)
    return [
      `why: ${statement.reason === '' ? '-' : statement.reason}${statement.ticket === null ? '' : ` (ticket ${statement.ticket})`}`,
    ];
  const wanted = [...(asks.reason ? ['a reason'] : []), ...(asks.ticket === null ? [] : [`a ticket (${asks.ticket})`])];
  return wanted.length === 0
    ? []
    : [`why: not said yet; nobody can agree before whoever asks gives ${wanted.join(' and ')}`];
};

const votesOf = ({ votes, needed }: ShownApproval): readonly string[] => [
  `needed: ${needed} of the approvers`,
  ...votes.map(
    ({ by, decision, scope, reason, at, isBreakGlass }) =>
      `${decision === 'deny' ? 'denied' : `approved (${scope})`} by ${by.subject} of ${by.issuer} at ${at}${isBreakGlass ? ' BY BREAK GLASS' : ''}${reason === '' ? '' : `: ${reason}`}`,
  ),
];

const NOTICE_WORDS = { told: 'told', waiting: 'not told yet', dead: 'NOT TOLD, given up' } as const;

const noticesOf = ({ notices = [] }: ShownApproval): readonly string[] =>
  notices.map(({ notifier, state, attempts, lastError }) => {
    const tries = attempts === 0 ? '' : ` after ${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
    return `notifier ${notifier}: ${NOTICE_WORDS[state]}${tries}${lastError === null ? '' : ` (${lastError})`}`;
  });

/** What exactly is asked stands last, hidden characters spelled out. */
export function approvalText(approval: ShownApproval): string {
  const { requester, granted, usableUntil } = approval;
  const lines = [
    `${approval.id}: ${approval.state}`,
    `${approval.method} ${revealed(approval.name)} on ${approval.connection}`,
    `requester: ${requester.subject} of ${requester.issuer} (${requester.kind}${requester.client === null ? '' : ` through ${requester.client}`})`,
    `rule: ${approval.rule}`,
    `approvers: ${approval.approvers.join(', ')}`,
    `may be approved for: ${approval.scopes.join(', ')}`,
    `asked: ${approval.askedAt}, waits until ${approval.expiresAt}`,
    ...statementOf(approval),
    ...votesOf(approval),
    ...(granted === null || usableUntil === null ? [] : [`granted: ${granted}, usable until ${usableUntil}`]),
    ...noticesOf(approval),
    `record: ${approval.record}`,
    approval.mayDecide ? 'yours to decide' : 'not yours to decide',
  ].map(printable);
  const asked =
    'arguments' in approval ? ['arguments (masked, as in the book):', ...argumentLines(approval.arguments)] : [];
  const beside =
    approval.beside === undefined ? [] : ['beside the arguments goes up:', ...argumentLines(approval.beside)];
  return `${[...lines, ...asked, ...beside].join('\n')}\n`;
}

const argumentLines = (value: unknown): readonly string[] =>
  revealed(JSON.stringify(value ?? null, null, 2))
    .split('\n')
    .map((line) => `  ${printable(line)}`);
