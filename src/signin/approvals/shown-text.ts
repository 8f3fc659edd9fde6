/**
 * Text of strangers on a page on which somebody agrees to it: what cannot be seen and what looks like something else is
 * spelled out and marked, so that no text can be taken for another, and none reorders what stands around it.
 */
import { spelled, textPieces } from '#definitions/look-alikes.ts';
import type { TextPiece } from '#definitions/look-alikes.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';

/** What the masker puts in the place of a value: `[EMAIL_ADDRESS:k1:…]` or `[EMAIL_ADDRESS]`. */
const STAND_IN = /\[([A-Z][A-Z0-9_]{1,63})(?::k[1-9]\d{0,8}:[a-z2-7]{13})?\]/g;

/** `[EMAIL_ADDRESS:k1:…]` in words. */
export const kindWords = (type: string): string => type.toLowerCase().replaceAll('_', ' ');

export const standInsIn = (text: string): number => [...text.matchAll(STAND_IN)].length;

export type TextOptions = {
  /** As in JSON: quotes and backslashes are told apart from those of the text. */
  readonly isQuoted?: boolean;
  /** There is more of it: the quotes stay open. */
  readonly isCut?: boolean;
  /** The masker says that it put stand-ins here; else what looks like one was written by whoever asks. */
  readonly isMasked?: boolean;
};

/** Characters of a line that is one; with the end of a line goes an end of the line. */
function blanks(text: string, isQuoted: boolean): readonly Html[] {
  return text.split(/([\t\n\r])/).map((part) => {
    if (part === '\n') return html`<mark class="unseen">\\n</mark><br />`;
    if (part === '\t') return html`<mark class="unseen">\\t</mark>`;
    if (part === '\r') return html`<mark class="unseen">\\r</mark>`;
    return html`${isQuoted ? part.replaceAll(/["\\]/g, String.raw`\$&`) : part}`;
  });
}

function plainHtml(text: string, { isQuoted = false, isMasked = false }: TextOptions): readonly Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const { 0: found, 1: type = '', index } of text.matchAll(STAND_IN)) {
    parts.push(...blanks(text.slice(from, index), isQuoted));
    parts.push(
      isMasked
        ? html`<mark class="masked">${found}</mark> <small>(masked ${kindWords(type)})</small>`
        : html`<mark class="twin">${found}</mark> <small>(no mask: written so)</small>`,
    );
    from = index + found.length;
  }
  return [...parts, ...blanks(text.slice(from), isQuoted)];
}

const pieceHtml = (piece: TextPiece, options: TextOptions): readonly Html[] => {
  if (piece.kind === 'plain') return plainHtml(piece.text, options);
  return [html`<mark class="${piece.kind === 'hidden' ? 'unseen' : 'twin'}">${spelled(piece)}</mark>`];
};

const piecesHtml = (text: string, options: TextOptions): readonly Html[] =>
  textPieces(text).flatMap((piece) => pieceHtml(piece, options));

/** Of a name, a rule, a reason: in its own direction, whatever stands around it. */
export function shownText(text: string, options: TextOptions = {}): Html {
  const { isQuoted = false, isCut = false } = options;
  const quote = isQuoted ? html`"` : html``;
  return html`<bdi>${quote}${piecesHtml(text, options)}${isCut ? '…' : quote}</bdi>`;
}

/** At most so many UTF-16 units; no character is cut in two. */
export function cutText(text: string, chars: number, from = 0): string {
  const isLow = (at: number): boolean => /^[\udc00-\udfff]/.test(text.slice(at, at + 1));
  const startsAt = from > 0 && isLow(from) ? from + 1 : from;
  const endsAt = from + chars;
  return text.slice(startsAt, endsAt < text.length && isLow(endsAt) ? endsAt + 1 : endsAt);
}

const COUNT = new Intl.NumberFormat('en');
export const countText = (count: number): string => COUNT.format(count);

export const sizeWords = (text: string): string =>
  `${countText(text.length)} characters, ${countText(Buffer.byteLength(text))} bytes`;
