/** Whoever is asked the same again and again ends up saying yes: how many of a kind wait, or were refused. */
import type { Approval, Flood } from '#approvals/approval.ts';
import { callerKey } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';
import { countText } from '#signin/approvals/shown-text.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

export type SimilarRequests = { readonly waiting: number; readonly refused: number };

/** Of the same caller for the same tool. */
export const kindOfRequest = ({ requester, connection, method, name }: Approval): string =>
  JSON.stringify([callerKey(requester), connection, method, name]);

export function similarRequests(approval: Approval, all: readonly Approval[]): SimilarRequests {
  const kind = kindOfRequest(approval);
  const others = all.filter((other) => other.id !== approval.id && kindOfRequest(other) === kind);
  const count = (state: Approval['state']): number => others.filter((other) => other.state === state).length;
  return { waiting: count('pending'), refused: count('denied') };
}

const FLOOD_OF: Readonly<Record<Flood['of'], string>> = { caller: 'this caller asks', rule: 'this rule holds' };

export function similarHtml(
  { waiting, refused }: SimilarRequests,
  flood: Flood | undefined,
  { approvalSimilarWarned }: Pick<Limits, 'approvalSimilarWarned'>,
): Html | undefined {
  if (flood === undefined && waiting + refused < approvalSimilarWarned) return undefined;
  const flooded = flood === undefined ? '' : `More than people can look at comes of what ${FLOOD_OF[flood.of]}. `;
  return html`<p class="note">
    <strong>Asked often.</strong> ${flooded}${countText(waiting)} other calls of this tool by this caller wait, and
    ${countText(refused)} were refused lately. They are not the same: look at what each one asks, and deny what you
    would not have agreed to the first time.
  </p>`;
}
