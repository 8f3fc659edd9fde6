/**
 * The page of one request for approval: who asks, for what exactly, under which rule, what was before, and what whoever looks
 * can do with it. What it shows comes from strangers, so all of it goes through `shownText`.
 */
import type { ApprovalView } from '#approvals/approval-view.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Standing } from '#approvals/transitions.ts';
import type { Untold } from '#events/call-history.ts';
import type { Event } from '#events/event.ts';
import type { Limits } from '#limits.ts';
import type { NoticeView } from '#notify/notice.ts';
import type { Result } from '#result.ts';
import { approvalPath, decisionForm, showForm, statementForm, withdrawForm } from '#signin/approvals/approval-forms.ts';
import { GRANTED_WORDS, progressWords, STATE_WORDS } from '#signin/approvals/approval-words.ts';
import { rowsHtml } from '#signin/approvals/argument-html.ts';
import type { ArgumentPlace, PageLimits } from '#signin/approvals/argument-html.ts';
import type { ArgumentRows } from '#signin/approvals/argument-rows.ts';
import { changesHtml, lastCallsHtml, sentHtml } from '#signin/approvals/history-html.ts';
import type { Compared } from '#signin/approvals/history-html.ts';
import { countText, shownText } from '#signin/approvals/shown-text.ts';
import { similarHtml } from '#signin/approvals/similar-requests.ts';
import type { SimilarRequests } from '#signin/approvals/similar-requests.ts';
import { timeOf } from '#signin/me/me-page.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import type { HoldingRule } from '#signin/parts.ts';
import { signInPath } from '#signin/entry.ts';

export type AskedArguments = { readonly rows: ArgumentRows; readonly place: ArgumentPlace };

/** What whoever looks can do. */
export type Viewer = {
  readonly csrf: string;
  /** `unproved`: they may, once they have proved again who they are. Else the words say why they may not. */
  readonly decides: 'now' | 'unproved' | { readonly no: string };
  readonly standing: Standing | undefined;
  readonly isAsking: boolean;
  readonly mayState: boolean;
  readonly mayWithdraw: boolean;
  readonly mayShow: boolean;
};

export type ApprovalPage = {
  readonly approval: Approval;
  readonly view: ApprovalView;
  /** Undefined when it is not the one that held the call any more. */
  readonly rule: HoldingRule | undefined;
  /** A text in its place says why they cannot be shown. */
  readonly asked: AskedArguments | { readonly missing: string };
  readonly compared: Compared | undefined;
  readonly lastCalls: Result<readonly Event[], Untold> | undefined;
  /** Undefined while nothing can have come of it. */
  readonly sent: Result<readonly Event[], Untold> | undefined;
  /** Who was told of it. */
  readonly notices: readonly NoticeView[];
  readonly similar: SimilarRequests;
  /** Whoever asks has not said yet what the rule wants to know. */
  readonly lacksStatement: boolean;
  readonly viewer: Viewer;
  readonly nowMs: number;
  readonly limits: PageLimits &
    Pick<Limits, 'approvalChangesShown' | 'approvalSimilarWarned' | 'approvalReasonChars' | 'approvalTicketChars'>;
  readonly note: string | undefined;
};

const person = ({ subject, issuer }: { readonly subject: string; readonly issuer: string }): Html =>
  html`<code>${shownText(subject)}</code> of <code>${shownText(issuer)}</code>`;

function stateHtml({ approval, view }: ApprovalPage): Html {
  const { state, granted } = view;
  const usableMs = state === 'approved' ? approval.usableUntilMs : undefined;
  const untilMs = state === 'pending' ? approval.expiresMs : usableMs;
  const until = untilMs === undefined ? undefined : html`, until ${timeOf(untilMs)}`;
  const what = granted === null ? '' : ` (${GRANTED_WORDS[granted]})`;
  return html`<p>
    <strong>It ${STATE_WORDS[state]}</strong>${what}${until}. Asked ${timeOf(approval.askedMs)}. ${progressWords(view)}.
  </p>`;
}

const NOTICE_WORDS: Readonly<Record<NoticeView['state'], string>> = {
  told: 'told',
  waiting: 'not told yet, it is tried again',
  dead: 'not told, given up',
};

const noticesHtml = (notices: readonly NoticeView[]): Html | undefined =>
  notices.length === 0
    ? undefined
    : html`<dt>Told by</dt>
        <dd>
          <ul>
            ${notices.map(({ notifier, state, lastError }) => html`<li>${shownText(notifier)}: ${NOTICE_WORDS[state]}${lastError === null ? '' : ` (${lastError.replaceAll('_', ' ')})`}</li>`)}
          </ul>
        </dd>`;

function factsHtml({ approval, view, rule, notices }: ApprovalPage): Html {
  const { requester, terms } = approval;
  const owner = requester.owner === undefined ? undefined : html`; ${person(requester.owner)} answers for it`;
  const client =
    requester.client === undefined ? undefined : html`, through <code>${shownText(requester.client)}</code>`;
  return html`<dl>
    <dt>Who asks</dt>
    <dd>${person(requester)} (${requester.kind.replace('_', ' ')}${client}${owner})</dd>
    <dt>What</dt>
    <dd>
      <code>${shownText(approval.method)}</code> <code>${shownText(approval.name)}</code> on
      <strong>${shownText(approval.connection)}</strong>
    </dd>
    <dt>Held by</dt>
    <dd>
      the rule <strong>${shownText(terms.rule)}</strong>${
        rule === undefined ? undefined : html`: <code>${shownText(rule.when)}</code>`
      }
    </dd>
    ${
      rule?.lift === undefined
        ? undefined
        : html`<dt>Lifts</dt>
            <dd>
              Where no level of theirs permits this, a yes lets it pass as with the level
              <strong>${shownText(rule.lift)}</strong>
            </dd>`
    }
    <dt>Who decides</dt>
    <dd>
      ${countText(terms.needed)} of
      ${terms.approvers.map((group, at) => html`${at === 0 ? '' : ', '}<code>${shownText(group)}</code>`)}; not whoever
      asks
    </dd>
    ${noticesHtml(notices)}
    ${
      view.statement === null
        ? undefined
        : html`<dt>They say why</dt>
            <dd>
              ${shownText(view.statement.reason)}
              ${view.statement.ticket === null ? undefined : html`(ticket <code>${shownText(view.statement.ticket)}</code>)`}
            </dd>`
    }
  </dl>`;
}

const LEGEND = html`<p class="quiet">
  <mark class="unseen">\\u{200b}</mark> is a character that cannot be seen, <mark class="twin">а\\u{430}</mark> one that
  looks like another; what is <mark class="masked">masked</mark> stands in the book as a token.
</p>`;

function argumentsHtml({ asked, viewer, approval, limits }: ApprovalPage): Html {
  const title = html`<h2>What exactly is asked</h2>`;
  if ('missing' in asked)
    return html`${title}
      <p class="note" role="alert">${asked.missing}</p>`;
  const { rows, place } = asked;
  return html`${title}${LEGEND}
  ${
    place.isUnmasked
      ? html`<p class="note">
          Not masked: these arguments will be sent. That you saw them is in the book. Whatever goes beside them is on
          the page before.
        </p>`
      : undefined
  }
  ${rowsHtml(rows.rows, 0, place, limits)}
  ${
    rows.isCut
      ? html`<p class="note">There are more than ${countText(rows.rows.length)} values: nobody can read them here.</p>`
      : undefined
  }
  ${viewer.mayShow && !place.isUnmasked ? showForm(approval.id, viewer.csrf) : undefined}`;
}

const voteItem = ({ by, decision, scope, reason, at, isBreakGlass }: ApprovalView['votes'][number]): Html =>
  html`<li>
    ${decision === 'deny' ? 'Denied' : `Approved (${scope})`} by
    ${person(by)}${isBreakGlass ? ', by broken glass' : ''},
    ${timeOf(Date.parse(at))}${reason === '' ? undefined : html`: ${shownText(reason)}`}
  </li>`;

const votesHtml = ({ view: { votes } }: ApprovalPage): Html | undefined =>
  votes.length === 0
    ? undefined
    : html`<h2>Decided so far</h2>
        <ul>
          ${votes.map(voteItem)}
        </ul>`;

/** What cannot be shown cannot be agreed to; nor what whoever asks has not explained, where they have to. */
function noYes({ asked, lacksStatement }: ApprovalPage): string | undefined {
  if ('missing' in asked || asked.rows.isCut)
    return 'Nobody can say yes to what cannot be shown whole. You can deny it.';
  return lacksStatement ? 'Nobody can say yes before whoever asks has said why. You can deny it.' : undefined;
}

function decideHtml(page: ApprovalPage): Html {
  const { approval, viewer, nowMs, limits } = page;
  const { standing } = viewer;
  if (typeof viewer.decides === 'object') return html`<p class="quiet">${viewer.decides.no}</p>`;
  if (viewer.decides === 'unproved')
    return html`<h2>Decide</h2>
      <p>Before you decide, prove once more who you are.</p>
      <p><a class="button" href="${signInPath(approvalPath(approval.id), true)}">Sign in again</a></p>`;
  if (standing === undefined) return html``;
  const { csrf } = viewer;
  const reasonChars = limits.approvalReasonChars;
  return decisionForm({ approval, standing, csrf, nowMs, noYes: noYes(page), reasonChars });
}

function requesterHtml({ approval, viewer, limits }: ApprovalPage): Html | undefined {
  const { csrf, mayState, mayWithdraw } = viewer;
  const { approvalReasonChars: reasonChars, approvalTicketChars: ticketChars } = limits;
  if (!mayState && !mayWithdraw) return undefined;
  return html`${mayState ? statementForm({ approval, csrf, reasonChars, ticketChars }) : undefined}
  ${
    mayWithdraw
      ? html`<h2>Not needed any more?</h2>
          ${withdrawForm(approval.id, csrf)}`
      : undefined
  }`;
}

export function approvalBody(page: ApprovalPage): Html {
  const { note, similar, limits, compared, lastCalls, sent } = page;
  return html`${note === undefined ? undefined : html`<p class="note" role="status">${note}</p>`}
    ${stateHtml(page)}${similarHtml(similar, page.approval.flood, limits)}${factsHtml(page)}${argumentsHtml(page)}
    ${compared === undefined ? undefined : changesHtml(compared, limits)}
    ${sent === undefined ? undefined : sentHtml(sent, page.view.state)}${lastCalls === undefined ? undefined : lastCallsHtml(lastCalls)}
    ${votesHtml(page)}${requesterHtml(page)}${decideHtml(page)}
    <p><a href="/approvals">All requests</a></p>`;
}
