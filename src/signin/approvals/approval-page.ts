/**
 * The page of one request for approval: who asks, for what exactly, under which rule, and the buttons for whoever may decide.
 * What it shows comes from strangers: hidden characters are spelled out, long values are cut one by one and say how long they are.
 */
import type { ApprovalView } from '#approvals/approval-view.ts';
import type { ApprovalScope } from '#approvals/approval.ts';
import { revealed } from '#definitions/hidden-text.ts';
import { timeOf } from '#signin/me/me-page.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

export const approvalPath = (id: string): string => `/approvals/${id}`;

/** Of one text; a page that nobody can read to its end is agreed to unread. */
const TEXT_CHARS_MAX = 2_000;
const LINES_MAX = 400;

function cut(text: string): string {
  if (text.length <= TEXT_CHARS_MAX) return text;
  return `${text.slice(0, TEXT_CHARS_MAX).toWellFormed()}… (${text.length} characters in all)`;
}

/** As JSON with its numbers as they were spelled. */
function argumentText(value: unknown): string {
  const text = JSON.stringify(
    value ?? null,
    (_, inner: unknown) => (typeof inner === 'string' ? cut(inner) : inner),
    2,
  );
  const lines = revealed(text).split('\n');
  return lines.length <= LINES_MAX
    ? lines.join('\n')
    : `${lines.slice(0, LINES_MAX).join('\n')}\n… (${lines.length} lines in all)`;
}

export type ApprovalPageParts = {
  readonly approval: ApprovalView;
  /** Masked, as in the book; a text in its place says why they cannot be shown. */
  readonly asked: { readonly arguments: unknown } | { readonly missing: string };
  readonly csrf: string;
  /** Undefined when this person may not decide; then the words say why. */
  readonly mayDecide: boolean;
  readonly note: string | undefined;
};

const SCOPE_WORDS: Readonly<Record<ApprovalScope, string>> = {
  once: 'this call, once',
  call: 'exactly this call, again and again for a while',
  tool: 'any call of this tool by this caller, for a while',
};

const scopeChoice = (scope: ApprovalScope, at: number): Html =>
  at === 0
    ? html`<label><input type="radio" name="scope" value="${scope}" checked /> ${SCOPE_WORDS[scope]}</label><br />`
    : html`<label><input type="radio" name="scope" value="${scope}" /> ${SCOPE_WORDS[scope]}</label><br />`;

const decisionForm = ({ id, scopes }: ApprovalView, csrf: string): Html =>
  html`<form method="post" action="${approvalPath(id)}">
    <input type="hidden" name="csrf" value="${csrf}" />
    <fieldset>
      <legend>What you agree to</legend>
      ${scopes.map(scopeChoice)}
    </fieldset>
    <p>
      <label for="reason">Reason (told to whoever asked, and kept)</label><br />
      <textarea id="reason" name="reason" rows="2" maxlength="1000"></textarea>
    </p>
    <button name="decision" value="approve">Approve</button>
    <button name="decision" value="deny" class="danger">Deny</button>
  </form>`;

const voteItem = ({ by, decision, scope, reason, at }: ApprovalView['votes'][number]): Html =>
  html`<li>
    ${decision === 'deny' ? 'Denied' : `Approved (${scope})`} by <code>${by.subject}</code> of
    <code>${by.issuer}</code>, ${timeOf(Date.parse(at))}${reason === '' ? '' : `: ${reason}`}
  </li>`;

export function approvalBody({ approval, asked, csrf, mayDecide, note }: ApprovalPageParts): Html {
  const { requester, votes } = approval;
  return html`${note === undefined ? undefined : html`<p class="note" role="status">${note}</p>`}
    <p>
      <strong>${approval.state}</strong>, asked ${timeOf(Date.parse(approval.askedAt))}, waits until
      ${timeOf(Date.parse(approval.expiresAt))}
    </p>
    <dl>
      <dt>Who asks</dt>
      <dd>
        <code>${requester.subject}</code> of
        <code>${requester.issuer}</code>
        (${requester.kind.replace('_', ' ')}${requester.client === null ? '' : `, through ${requester.client}`})
      </dd>
      <dt>What</dt>
      <dd>
        <code>${approval.method}</code> <code>${revealed(approval.name)}</code> on
        <strong>${approval.connection}</strong>
      </dd>
      <dt>Held by</dt>
      <dd>the rule ${approval.rule}; ${String(approval.needed)} of ${approval.approvers.join(', ')}</dd>
    </dl>
    <h2>Arguments</h2>
    <p class="quiet">As in the book: what is personal or secret stands there as a token.</p>
    ${'missing' in asked ? html`<p class="note">${asked.missing}</p>` : html`<pre tabindex="0">${argumentText(asked.arguments)}</pre>`}
    ${
      votes.length === 0
        ? undefined
        : html`<h2>Decided so far</h2>
            <ul>
              ${votes.map(voteItem)}
            </ul>`
    }
    ${mayDecide ? decisionForm(approval, csrf) : html`<p class="quiet">This is not yours to decide.</p>`}`;
}
