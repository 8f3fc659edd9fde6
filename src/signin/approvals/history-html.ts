/** What the book says around a request: what its caller did last, what came of it, and how it differs from what was approved before. */
import type { ApprovalState } from '#approvals/approval.ts';
import type { Event } from '#events/event.ts';
import { unreachable } from '#result.ts';
import type { Result } from '#result.ts';
import type { Limits } from '#limits.ts';
import type { Untold } from '#events/call-history.ts';
import { beginning, placeHtml } from '#signin/approvals/argument-html.ts';
import type { ArgumentPlace, PageLimits } from '#signin/approvals/argument-html.ts';
import { argumentChanges, findingPointer } from '#signin/approvals/argument-rows.ts';
import type { ArgumentChange, ArgumentRow, ArgumentRows } from '#signin/approvals/argument-rows.ts';
import { countText, shownText } from '#signin/approvals/shown-text.ts';
import { timeOf } from '#signin/me/me-page.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

const UNKNOWN = html`<p class="quiet">The search index cannot tell it now.</p>`;

const decisionWords = ({ decision }: Event): Html | undefined =>
  decision?.rule === undefined ? undefined : html`, by the rule ${shownText(decision.rule)}`;

const callItem = (event: Event): Html =>
  html`<li>
    ${timeOf(Date.parse(event.time))}: <code>${shownText(event.method ?? '')}</code>
    <code>${shownText(event.name ?? '')}</code> on <strong>${shownText(event.connection ?? '')}</strong>:
    ${event.outcome ?? ''}${event.code === undefined ? '' : ` (${event.code})`}${decisionWords(event)}
  </li>`;

const callList = (events: readonly Event[], none: string): Html =>
  events.length === 0
    ? html`<p class="quiet">${none}</p>`
    : html`<ul>
        ${events.map(callItem)}
      </ul>`;

export const lastCallsHtml = (calls: Result<readonly Event[], Untold>): Html =>
  html`<h2>What this caller did last</h2>
    ${calls.ok ? callList(calls.value, 'Nothing is in the book.') : UNKNOWN}`;

/** The index comes a moment after the book: it is never taken for a proof that nothing was sent. */
const UNSENT: Readonly<Partial<Record<ApprovalState, string>>> = {
  approved: 'Nothing is known to have been sent with it so far.',
  used: 'It is used up; the search index does not have the call yet.',
};

export const sentHtml = (sent: Result<readonly Event[], Untold>, state: ApprovalState): Html =>
  html`<h2>What came of it</h2>
    ${sent.ok ? callList(sent.value, UNSENT[state] ?? 'Nothing was sent to the server.') : UNKNOWN}`;

export type Earlier = {
  readonly event: Event;
  readonly rows: ArgumentRows;
  readonly place: ArgumentPlace;
};

/** Before where they differ. */
const CONTEXT_CHARS = 40;

/** Where two long texts are to be read from, so that what differs is seen; the beginning while that shows it. */
function differenceFrom(one: string, other: string, { approvalValueChars }: PageLimits): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at < approvalValueChars - CONTEXT_CHARS ? 0 : at - CONTEXT_CHARS;
}

function changeItem(change: ArgumentChange, now: ArgumentPlace, before: ArgumentPlace, limits: PageLimits): Html {
  switch (change.kind) {
    case 'added':
      return html`<li>
        <strong>added</strong> ${placeHtml(change.after, limits)}: <ins>${beginning(change.after, now, limits)}</ins>
      </li>`;
    case 'removed':
      return html`<li>
        <strong>removed</strong> ${placeHtml(change.before, limits)}:
        <del>${beginning(change.before, before, limits)}</del>
      </li>`;
    case 'changed': {
      const from = differenceFrom(change.before.text, change.after.text, limits);
      return html`<li>
        <strong>changed</strong> ${placeHtml(change.after, limits)}: was
        <del>${beginning(change.before, before, limits, from)}</del>, is
        <ins>${beginning(change.after, now, limits, from)}</ins>
      </li>`;
    }
    default:
      return unreachable(change);
  }
}

/** Masked so that two different values look the same: `[PERSON]`, stars, or a text of the operator's. */
function isBlurred(row: ArgumentRow, { findings }: ArgumentPlace): boolean {
  const pointer = findingPointer(row);
  return findings.some(
    (finding) => finding.pointer === pointer && finding.store !== undefined && finding.store !== 'token',
  );
}

export type Compared = {
  readonly now: { readonly rows: ArgumentRows; readonly place: ArgumentPlace };
  /** Undefined: there was none. */
  readonly earlier: Result<Earlier | undefined, Untold>;
};

/** Place by place against the last call of this kind that went up with a yes. */
export function changesHtml(
  { now, earlier }: Compared,
  limits: PageLimits & Pick<Limits, 'approvalChangesShown'>,
): Html {
  const title = html`<h2>Compared with what was approved before</h2>`;
  if (!earlier.ok) return html`${title}${UNKNOWN}`;
  if (earlier.value === undefined)
    return html`${title}
      <p class="quiet">No call of this caller for this tool went up with an approval before.</p>`;
  const { event, rows, place } = earlier.value;
  const changes = argumentChanges(rows.rows, now.rows.rows);
  const shown = changes.slice(0, limits.approvalChangesShown);
  const blurred = now.rows.rows.filter((row) => isBlurred(row, now.place)).length;
  return html`${title}
    <p>
      The last one went up ${timeOf(Date.parse(event.time))} (${event.outcome ?? 'open'}).
      ${changes.length === 0 ? 'All values are the same.' : `${countText(changes.length)} values differ:`}
    </p>
    ${
      shown.length === 0
        ? undefined
        : html`<ul class="changes">
            ${shown.map((change) => changeItem(change, now.place, place, limits))}
          </ul>`
    }
    ${shown.length < changes.length ? html`<p class="note">${countText(changes.length - shown.length)} more differ.</p>` : undefined}
    ${rows.isCut || now.rows.isCut ? html`<p class="note">Only the first ${countText(limits.approvalRows)} values are compared.</p>` : undefined}
    ${blurred > 0 ? html`<p class="note">${countText(blurred)} values are masked in such a way that two different ones look the same.</p>` : undefined}`;
}
