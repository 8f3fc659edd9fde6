/** Rows of arguments as HTML: long values cut one by one with their size and a way to see them whole, masked ones said to be so. */
import type { PathPart } from '#masking/finding-notes.ts';
import type { Finding } from '#masking/masked.ts';
import type { Limits } from '#limits.ts';
import { findingPointer } from '#signin/approvals/argument-rows.ts';
import type { ArgumentRow } from '#signin/approvals/argument-rows.ts';
import { countText, cutText, kindWords, shownText, sizeWords, standInsIn } from '#signin/approvals/shown-text.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

export type ArgumentPlace = {
  /** Of the approval's page. */
  readonly path: string;
  /** What the masker found in the message. */
  readonly findings: readonly Finding[];
  /** As they will be sent, not the masked copy. */
  readonly isUnmasked: boolean;
};

export type PageLimits = Pick<
  Limits,
  | 'approvalRows'
  | 'approvalPageRows'
  | 'approvalValueChars'
  | 'approvalUnfoldedChars'
  | 'approvalPartChars'
  | 'approvalPathChars'
>;

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** `items[3].name`, and `["two words"]` for whatever is no plain name. */
export function pathText(path: readonly PathPart[]): string {
  if (path.length === 0) return '(all of it)';
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return PLAIN_KEY.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

export const argumentsPath = (path: string, from: number): string => `${path}/arguments?from=${from}`;
export const valuePath = (path: string, row: number, from: number): string => `${path}/value?row=${row}&from=${from}`;

const ofRow = (row: ArgumentRow, { findings }: ArgumentPlace): readonly Finding[] => {
  const pointer = findingPointer(row);
  return findings.filter((finding) => finding.pointer === pointer);
};

/** More places than the masker notes are counted at the root: then it cannot be said who wrote a stand-in. */
const isMaskedBy = (found: readonly Finding[], row: ArgumentRow, place: ArgumentPlace): boolean => {
  const put = found.filter(({ store, inline }) => (place.isUnmasked ? inline : store) !== undefined);
  const count = put.reduce((sum, finding) => sum + finding.count, 0);
  return count >= standInsIn(row.text) || place.findings.some(({ pointer }) => pointer === '');
};

/** What was found in a value, and whether the server gets it. */
function maskNote(found: readonly Finding[], { isUnmasked }: ArgumentPlace): Html | undefined {
  if (found.length === 0) return undefined;
  const kinds = [...new Set(found.map(({ type }) => kindWords(type)))].join(', ');
  const isSentMasked = found.every(({ inline }) => inline !== undefined);
  const sent = isSentMasked ? 'the server gets it masked too' : 'the server gets it as it was written';
  return html`<div class="quiet">${isUnmasked ? 'Masked elsewhere' : 'Masked here'}: ${kinds}; ${sent}.</div>`;
}

export function placeHtml({ root, path }: ArgumentRow, limits: PageLimits): Html {
  const text = pathText(path);
  const cut = cutText(text, limits.approvalPathChars);
  const isCut = cut.length < text.length;
  return html`${root.words}<code>${shownText(cut, { isCut })}</code>${isCut ? ` (${sizeWords(text)})` : ''}`;
}

const valueHtml = (row: ArgumentRow, text: string, isMasked: boolean, isCut = false): Html =>
  html`<code>${shownText(text, { isQuoted: row.kind === 'text', isMasked, isCut })}</code>`;

/** So much of it as can stand among others; `from`: where what is to be seen begins. */
export function beginning(row: ArgumentRow, place: ArgumentPlace, { approvalValueChars }: PageLimits, from = 0): Html {
  const isMasked = isMaskedBy(ofRow(row, place), row, place);
  const cut = cutText(row.text, approvalValueChars, from);
  const isCut = from + cut.length < row.text.length;
  const before = from > 0 ? html`from character ${countText(from + 1)} on: ` : undefined;
  return html`${before}${valueHtml(row, cut, isMasked, isCut)}${isCut || from > 0 ? ` (${sizeWords(row.text)})` : ''}`;
}

function rowHtml(row: ArgumentRow, at: number, place: ArgumentPlace, isUnfolded: boolean, limits: PageLimits): Html {
  const found = ofRow(row, place);
  const isLong = row.text.length > limits.approvalValueChars;
  const isPathLong = pathText(row.path).length > limits.approvalPathChars;
  const isElsewhere = place.isUnmasked ? ', as it is masked' : '';
  const link = html`<a href="${valuePath(place.path, at, 0)}">See value ${at + 1} whole${isElsewhere}</a>`;
  const whole = isUnfolded
    ? html`<details>
        <summary>The whole of it: ${sizeWords(row.text)}</summary>
        <div>${valueHtml(row, row.text, isMaskedBy(found, row, place))}</div>
      </details>`
    : link;
  return html`<li>
    <div>${placeHtml(row, limits)}</div>
    <div class="value">${beginning(row, place, limits)}</div>
    ${isLong ? whole : isPathLong ? link : undefined} ${maskNote(found, place)}
  </li>`;
}

/** So many of the rows, from one on; what is left over is said, with the way to it. */
export function rowsHtml(rows: readonly ArgumentRow[], from: number, place: ArgumentPlace, limits: PageLimits): Html {
  // What is unmasked is on this page alone, and bounded as a whole.
  const shown = place.isUnmasked ? rows : rows.slice(from, from + limits.approvalPageRows);
  const next = from + shown.length;
  let unfolded = 0;
  const items = shown.map((row, at) => {
    const isUnfolded = row.text.length <= limits.approvalUnfoldedChars - unfolded;
    if (isUnfolded && row.text.length > limits.approvalValueChars) unfolded += row.text.length;
    return rowHtml(row, from + at, place, isUnfolded, limits);
  });
  return html`<ol class="rows" start="${from + 1}">
      ${items}
    </ol>
    ${from > 0 ? html`<p><a href="${argumentsPath(place.path, Math.max(0, from - limits.approvalPageRows))}">The values before</a></p>` : undefined}
    ${
      next < rows.length
        ? html`<p class="note">
            <a href="${argumentsPath(place.path, next)}"
              >Values ${countText(next + 1)} to ${countText(Math.min(rows.length, next + limits.approvalPageRows))}</a
            >
            of ${countText(rows.length)}
          </p>`
        : undefined
    }`;
}

/** A part of one value, with the ways to its other parts. */
export function valuePartHtml(
  row: ArgumentRow,
  at: number,
  from: number,
  place: ArgumentPlace,
  { approvalPartChars }: PageLimits,
): Html {
  const part = cutText(row.text, approvalPartChars, from);
  const next = from + approvalPartChars;
  const last = Math.max(0, Math.ceil(row.text.length / approvalPartChars) - 1) * approvalPartChars;
  const before = Math.max(0, from - approvalPartChars);
  return html`<p>${shownText(cutText(pathText(row.path), approvalPartChars))}</p>
    <p class="quiet">
      ${sizeWords(row.text)}; these are ${countText(from + 1)} to ${countText(Math.min(next, row.text.length))}.
    </p>
    <div class="value">${valueHtml(row, part, isMaskedBy(ofRow(row, place), row, place))}</div>
    <p>
      ${from > 0 ? html`<a href="${valuePath(place.path, at, before)}">The part before</a> ` : undefined}
      ${next < row.text.length ? html`<a href="${valuePath(place.path, at, next)}">The next part</a> ` : undefined}
      ${next < row.text.length ? html`<a href="${valuePath(place.path, at, last)}">The last part</a>` : undefined}
    </p>`;
}
