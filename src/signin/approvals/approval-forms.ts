/** What can be done with a request on its page. Every form has the token of the session it was made for. */
import type { Approval } from '#approvals/approval.ts';
import { isOfGlass } from '#approvals/transitions.ts';
import type { Standing } from '#approvals/transitions.ts';
import { LIMITS } from '#limits.ts';
import { scopeWords } from '#signin/approvals/approval-words.ts';
import { shownText } from '#signin/approvals/shown-text.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

export const approvalPath = (id: string): string => `/approvals/${id}`;
export const statementPath = (id: string): string => `${approvalPath(id)}/statement`;
export const withdrawPath = (id: string): string => `${approvalPath(id)}/withdraw`;
export const showPath = (id: string): string => `${approvalPath(id)}/show`;

const csrfField = (csrf: string): Html => html`<input type="hidden" name="csrf" value="${csrf}" />`;

export type DecisionForm = {
  readonly approval: Pick<Approval, 'id' | 'terms' | 'votes'>;
  readonly standing: Standing;
  readonly csrf: string;
  readonly nowMs: number;
  /** Why nobody can say yes now, though a no is possible. */
  readonly noYes: string | undefined;
  readonly reasonChars: number;
};

export function decisionForm({ approval, standing, csrf, nowMs, noYes, reasonChars }: DecisionForm): Html {
  const { id, terms, votes } = approval;
  const isGlass = standing.as === 'break_glass';
  const validMs =
    isGlass || votes.some(isOfGlass) ? Math.min(terms.validMs, LIMITS.breakGlassApprovalMs) : terms.validMs;
  const choices = standing.scopes.map((scope, at) => {
    const words = scopeWords(scope, validMs, nowMs);
    return at === 0
      ? html`<label class="choice"
          ><input type="radio" name="scope" value="${scope}" checked /> <span>${words}</span></label
        >`
      : html`<label class="choice"><input type="radio" name="scope" value="${scope}" /> <span>${words}</span></label>`;
  });
  return html`<h2>Decide</h2>
    ${
      isGlass
        ? html`<p class="note">
            <strong>Not yours but for the glass you broke.</strong> What you decide is recorded and alarmed as that.
          </p>`
        : undefined
    }
    ${noYes === undefined ? undefined : html`<p class="note">${noYes}</p>`}
    <form method="post" action="${approvalPath(id)}">
      ${csrfField(csrf)}
      ${
        noYes === undefined
          ? html`<fieldset>
              <legend>What you agree to</legend>
              ${choices}
              ${terms.needed > 1 ? html`<p class="quiet">The narrowest that any of those who agree names is what counts.</p>` : undefined}
            </fieldset>`
          : undefined
      }
      <label for="reason">Reason (told to whoever asked, and kept)</label>
      <textarea id="reason" name="reason" rows="2" maxlength="${reasonChars}"></textarea>
      ${noYes === undefined ? html`<button name="decision" value="approve">Approve</button>` : undefined}
      <button name="decision" value="deny" class="danger">Deny</button>
    </form>`;
}

export type StatementForm = {
  readonly approval: Pick<Approval, 'id' | 'terms'>;
  readonly csrf: string;
  readonly reasonChars: number;
  readonly ticketChars: number;
};

/** For whoever asks. */
export function statementForm({ approval, csrf, reasonChars, ticketChars }: StatementForm): Html {
  const { asks } = approval.terms;
  const isAsked = asks.reason || asks.ticket !== undefined;
  const ticket =
    asks.ticket === undefined
      ? undefined
      : html`<label for="ticket">Ticket</label>
          <p class="quiet" id="ticket-form">All of it has to match <code>${shownText(asks.ticket)}</code></p>
          <input id="ticket" name="ticket" required maxlength="${ticketChars}" aria-describedby="ticket-form" />`;
  return html`<h2>Say why</h2>
    <p>
      ${isAsked ? 'Nobody can agree before you have said it.' : 'Nobody has to know, but it helps those who decide.'}
      You can say it once.
    </p>
    <form method="post" action="${statementPath(approval.id)}">
      ${csrfField(csrf)}
      <label for="why">Reason (shown to those who decide, and kept)</label>
      ${
        asks.reason
          ? html`<textarea id="why" name="reason" rows="2" maxlength="${reasonChars}" required></textarea>`
          : html`<textarea id="why" name="reason" rows="2" maxlength="${reasonChars}"></textarea>`
      }
      ${ticket}
      <button>Tell them</button>
    </form>`;
}

export const withdrawForm = (id: string, csrf: string): Html =>
  html`<form method="post" action="${withdrawPath(id)}">
    ${csrfField(csrf)}
    <button class="danger">Withdraw it</button>
  </form>`;

export const showForm = (id: string, csrf: string): Html =>
  html`<form method="post" action="${showPath(id)}">
    ${csrfField(csrf)}
    <p>You may see what is masked here, as it will be sent. That you look is recorded before anything is shown.</p>
    <button class="plain">Show what is masked</button>
  </form>`;
