/** `/approvals`: what waits for whoever is signed in, what they asked for, and what else they may see. Without arguments. */
import type { Approval } from '#approvals/approval.ts';
import { approvalView } from '#approvals/approval-view.ts';
import { STATES } from '#approvals/approval.ts';
import { approvalPath } from '#signin/approvals/approval-forms.ts';
import { progressWords, STATE_WORDS } from '#signin/approvals/approval-words.ts';
import { sit } from '#signin/approvals/approval-visit.ts';
import type { ApprovalPagesParts } from '#signin/approvals/approval-visit.ts';
import { countText, shownText } from '#signin/approvals/shown-text.ts';
import { kindOfRequest } from '#signin/approvals/similar-requests.ts';
import { timeOf } from '#signin/me/me-page.ts';
import { pageAnswer } from '#signin/pages/answer.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import type { SignInAnswer, Visit } from '#signin/route.ts';

const OTHER_STATES = STATES.filter((state) => state !== 'pending');

type Queue = {
  /** Theirs to decide. */
  readonly waiting: readonly Approval[];
  /** Theirs but for the glass they broke. */
  readonly byGlass: readonly Approval[];
  readonly own: readonly Approval[];
  readonly others: readonly Approval[];
};

function queueItem(approval: Approval, nowMs: number): Html {
  const view = approvalView(approval, nowMs);
  return html`<li>
    <a href="${approvalPath(approval.id)}">Asked ${timeOf(approval.askedMs)}</a>: it ${STATE_WORDS[view.state]}
    <div class="quiet">
      ${progressWords(view)}${view.state === 'pending' ? html`; waits until ${timeOf(approval.expiresMs)}` : undefined}
    </div>
  </li>`;
}

/** Those of one kind stand together, each with a page of its own: nobody decides about several at once. */
function groupHtml(group: readonly Approval[], nowMs: number): Html {
  const [first] = group;
  if (first === undefined) return html``;
  const { requester, method, name, connection } = first;
  return html`<section>
    <h3>
      <code>${shownText(name === '' ? method : name)}</code> on ${shownText(connection)}, by
      <code>${shownText(requester.subject)}</code>${group.length === 1 ? '' : ` (${countText(group.length)} requests)`}
    </h3>
    <ul>
      ${group.map((approval) => queueItem(approval, nowMs))}
    </ul>
  </section>`;
}

function sectionHtml(title: string, approvals: readonly Approval[], none: string, nowMs: number): Html {
  const groups = Map.groupBy(approvals, kindOfRequest);
  return html`<h2>${title}</h2>
    ${
      approvals.length === 0
        ? html`<p class="quiet">${none}</p>`
        : [...groups.values()].map((group) => groupHtml(group, nowMs))
    }`;
}

export const queueBody = ({ waiting, byGlass, own, others }: Queue, nowMs: number): Html =>
  html`${sectionHtml('Yours to decide', waiting, 'Nothing waits for you.', nowMs)}
    ${byGlass.length === 0 ? undefined : sectionHtml('By the glass you broke', byGlass, '', nowMs)}
    ${sectionHtml('You asked for', own, 'Nothing.', nowMs)}
    ${others.length === 0 ? undefined : sectionHtml('Others', others, '', nowMs)}
    <p><a href="/me">What acts in your name</a></p>`;

export function showQueue(visit: Visit, parts: ApprovalPagesParts): SignInAnswer {
  const sitting = sit(visit, '/approvals', parts);
  if ('status' in sitting) return sitting;
  const { caller, roles } = sitting;
  const { approvals, clock } = parts;
  const { issuer, subject, groups } = caller;
  const person = { issuer, subject, groups };
  // Those that wait are never crowded out of the list by those that are over.
  const all = [...approvals.list(['pending']), ...approvals.list(OTHER_STATES)];
  const seen = all.filter((approval) => approvals.isShownTo(approval, person, roles));
  const isAuditor = roles.has('auditor');
  const kindOf = (approval: Approval): keyof Queue => {
    const standing = isAuditor ? undefined : approvals.standing(approval, person);
    if (standing?.as === 'approver') return 'waiting';
    if (approvals.statementFault(approval, person) !== 'not_the_requester') return 'own';
    return standing === undefined ? 'others' : 'byGlass';
  };
  const sorted = Map.groupBy(seen, kindOf);
  const of = (kind: keyof Queue): readonly Approval[] => sorted.get(kind) ?? [];
  const queue = { waiting: of('waiting'), byGlass: of('byGlass'), own: of('own'), others: of('others') };
  return pageAnswer({ title: 'Requests for approval', body: queueBody(queue, clock()) });
}
