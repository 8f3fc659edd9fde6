/**
 * The message of one request, as Slack shows it: who asks for what, of whom, until when, and what came of it. Never an
 * argument. What comes from strangers stands in `plain_text`, where Slack makes nothing of it: no link, no mention, no
 * picture. https://docs.slack.dev/reference/block-kit
 */
import type { ApprovalNews, NewsState } from '#notify/notifier.ts';

/** Of the button that opens the modal. */
export const ACTION_ID = 'gatebook_review';

/** Slack takes 2,000 in a field and 150 in a header. */
const FIELD_CHARS = 300;
const CLOSED: Readonly<Record<Exclude<NewsState, 'pending'>, string>> = {
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Nobody decided in time',
  withdrawn: 'Withdrawn by whoever asked',
  void: 'Void: it is not what would be done any more',
};

const MANY: Readonly<Record<NonNullable<ApprovalNews['flood']>, string>> = {
  caller: 'Many calls of one caller wait for approvals',
  rule: 'Many calls under one rule wait for approvals',
};

function titleOf({ state, flood }: ApprovalNews): string {
  if (state !== 'pending') return CLOSED[state];
  return flood === undefined ? 'A call waits for an approval' : MANY[flood];
}

export const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false });

const cut = (text: string): string =>
  text.length <= FIELD_CHARS ? text : `${text.slice(0, FIELD_CHARS).toWellFormed()}…`;

const field = (name: string, value: string): object => plain(cut(`${name}: ${value}`));

/** Three characters mean something in Slack's text. https://docs.slack.dev/messaging/formatting-message-text */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const minuteOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function decidedText({ decidedBy, reason, yes, needed, state }: ApprovalNews): string | undefined {
  const words = reason === undefined || reason === '' ? '' : `: ${reason}`;
  if (decidedBy !== undefined) return `Decided by ${decidedBy}${words}`;
  return state === 'pending' && yes > 0 ? `${yes} of ${needed} said yes` : undefined;
}

/** The address is ours; what could end the link is written as a URL has it anyway. */
export const linkTo = (url: string, label: string): object => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: `<${new URL(url).href.replaceAll('|', '%7C')}|${label}>`, verbatim: true }],
});

const saidBlock = (text: string | undefined): readonly object[] =>
  text === undefined ? [] : [{ type: 'section', text: plain(cut(text)) }];

export function slackMessage(news: ApprovalNews): { readonly text: string; readonly blocks: readonly object[] } {
  const { id, state, connection, method, name, requester, rule, approvers, needed, url, flood, statement } = news;
  const what = `${method} ${name} on ${connection}`;
  return {
    // For notifications and screen readers.
    text: escaped(cut(`${titleOf(news)}: ${what}`)),
    blocks: [
      { type: 'header', text: plain(titleOf(news)) },
      {
        type: 'section',
        fields: [
          field('What', what),
          field('Asked by', `${requester.subject} (${requester.kind.replace('_', ' ')})`),
          field('Held by the rule', rule),
          field('Needs a yes from', `${needed} of ${approvers.join(', ')}`),
          field('Waits until', minuteOf(news.expiresAtMs)),
          field('Id', id),
        ],
      },
      ...saidBlock(statement === undefined ? undefined : `Whoever asks says: ${statement}`),
      ...saidBlock(decidedText(news)),
      // Where nobody signs in, nobody hears what a button sends; of many, one button would stand for one.
      ...(state === 'pending' && url !== undefined && flood === undefined
        ? [
            {
              type: 'actions',
              elements: [{ type: 'button', action_id: ACTION_ID, value: id, text: plain('Review'), style: 'primary' }],
            },
          ]
        : []),
      ...(url === undefined ? [] : [linkTo(url, flood === undefined ? 'Open the page' : 'Open the list')]),
    ],
  };
}
