/**
 * The modal in which a request is read and decided: the masked arguments in full, and one choice. What comes from strangers
 * stands where Slack makes nothing of it, with hidden characters spelled out.
 * https://docs.slack.dev/surfaces/modals https://docs.slack.dev/reference/block-kit/blocks
 */
import type { Approval, ApprovalScope } from '#approvals/approval.ts';
import { lacksStatement } from '#approvals/statement.ts';
import { revealed } from '#definitions/hidden-text.ts';
import { spelledOut } from '#definitions/look-alikes.ts';
import { linkTo, minuteOf, plain } from '#notify/slack/slack-message.ts';

export const CALLBACK_ID = 'gatebook_decision';
/** Of the blocks and of the fields in them. */
export const VERDICT = 'verdict';
export const REASON = 'reason';

/** Slack takes 3,000 in one text, and 2,000 in a field. */
const TEXT_CHARS = 2_900;
const FIELD_CHARS = 500;

const OPTION_WORDS: Readonly<Record<ApprovalScope, string>> = {
  once: 'Approve this call, once',
  call: 'Approve exactly this call, again and again for a while',
  tool: 'Approve any call of this tool by this caller, for a while',
};

export type ModalParts = {
  readonly approval: Approval;
  /** What whoever reads it may agree to. */
  readonly scopes: readonly ApprovalScope[];
  /** Masked, as in the book. */
  readonly asked: unknown;
  /** What goes to the server beside the arguments; it may act on that too. */
  readonly beside: unknown;
  /** The level that a yes lifts this one call to, where none of the caller's permits it. */
  readonly lift: string | undefined;
  /** Comes back with what is chosen. */
  readonly sealed: string;
  /** Of the page that shows all of it. */
  readonly url: string;
  readonly limits: { readonly slackArgumentChars: number; readonly approvalReasonChars: number };
};

const cut = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}… (${text.length} characters in all)`;

const field = (name: string, value: string): object => plain(cut(`${name}: ${spelledOut(value)}`, FIELD_CHARS));
const said = (text: string): object => ({ type: 'section', text: plain(cut(spelledOut(text), TEXT_CHARS)) });

/** Never between the two halves of one character. */
function pieces(text: string): readonly string[] {
  const found: string[] = [];
  let piece = '';
  for (const character of text) {
    if (piece.length + character.length > TEXT_CHARS) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...found, piece];
}

const jsonText = (value: unknown): string => revealed(JSON.stringify(value, undefined, 2));

const preformatted = (text: string): object => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
});

const option = (value: string, words: string): object => ({ value, text: plain(words) });

const choice = (scopes: readonly ApprovalScope[]): object => ({
  type: 'input',
  block_id: VERDICT,
  label: plain('Your decision'),
  element: {
    type: 'radio_buttons',
    action_id: VERDICT,
    options: [...scopes.map((scope) => option(scope, OPTION_WORDS[scope])), option('deny', 'Deny')],
  },
});

const reasonInput = (charsMax: number): object => ({
  type: 'input',
  block_id: REASON,
  optional: true,
  label: plain('Reason (told to whoever asked, and kept)'),
  element: { type: 'plain_text_input', action_id: REASON, multiline: true, max_length: Math.min(charsMax, 3_000) },
});

function votesText({ votes }: Approval): readonly object[] {
  return votes.map(({ by, effect, scope, reason }) => {
    const what = effect === 'deny' ? 'Denied' : `Approved (${scope})`;
    return said(`${what} by ${by.subject} of ${by.issuer}${reason === '' ? '' : `: ${reason}`}`);
  });
}

function statementText({ statement }: Approval): readonly object[] {
  if (statement === undefined) return [];
  const ticket = statement.ticket === undefined ? '' : ` (ticket ${statement.ticket})`;
  return [said(`Whoever asks says: ${statement.reason}${ticket}`)];
}

export function decisionModal({ approval, scopes, lift, asked, beside, sealed, url, limits }: ModalParts): object {
  const { requester, connection, method, name, terms } = approval;
  const text = jsonText(asked ?? null);
  const besideText = beside === undefined ? '' : jsonText(beside);
  const chars = text.length + besideText.length;
  const isWhole = chars <= limits.slackArgumentChars;
  const isSaid = !lacksStatement(approval);
  const through = requester.client === undefined ? '' : `, through ${requester.client}`;
  return {
    type: 'modal',
    callback_id: CALLBACK_ID,
    private_metadata: sealed,
    clear_on_close: true,
    title: plain('A call that waits'),
    submit: plain('Decide'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'section',
        fields: [
          field('What', `${method} ${name} on ${connection}`),
          field(
            'Asked by',
            `${requester.subject} of ${requester.issuer} (${requester.kind.replace('_', ' ')}${through})`,
          ),
          field('Held by the rule', terms.rule),
          field('Needs a yes from', `${terms.needed} of ${terms.approvers.join(', ')}`),
          field('Waits until', minuteOf(approval.expiresMs)),
        ],
      },
      ...(lift === undefined
        ? []
        : [said(`Where no level of theirs permits this, a yes lets it pass as with the level ${lift}.`)]),
      ...statementText(approval),
      ...votesText(approval),
      said('Arguments, as in the book: what is personal or secret stands there as a token.'),
      ...(isWhole
        ? [
            ...pieces(text).map(preformatted),
            ...(beside === undefined ? [] : [said('Beside the arguments:'), ...pieces(besideText).map(preformatted)]),
          ]
        : // Nobody agrees here to what they cannot read to its end.
          [said(`They have ${chars} characters, too many for here. Read them, and agree to them, at ${url}`)]),
      linkTo(url, 'What differs from last time, and what this caller did before'),
      ...(isSaid ? [] : [said('Whoever asks has not said yet why; until then nobody can agree.')]),
      choice(isWhole && isSaid ? scopes : []),
      reasonInput(limits.approvalReasonChars),
    ],
  };
}
