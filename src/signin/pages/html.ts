/**
 * Text becomes HTML in one place. Whatever is put into a template is escaped, unless it is HTML that was made by one: names
 * of clients, groups and people are chosen by others. No script, no raw text, no attribute without quotes.
 */

/** Made here alone: what only has the shape of it, such as JSON of a stranger, is none. */
class Made {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type Html = Made;

export type HtmlValue = Html | readonly Html[] | string | number | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
/**
 * What a reader does not see or sees in another place: controls, bidirectional overrides and isolates (UTR 36 section 3.1),
 * separators without width, tags. Joiners stay: scripts need them.
 */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(UNSEEN, '\ufffd')
    .replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');

const ADDRESS = /\b(?:href|action|src)="$/;
/** A path of our own: with a second slash, or a backslash that browsers take for one, it would name a host. */
const OWN_PATH = /^\/(?![/\\])[!#-;=?-[\]_a-~]*$/;

function rendered(value: HtmlValue, before: string): string {
  if (before.endsWith('=')) throw new Error('an attribute without quotes takes no value');
  if (value === undefined) return '';
  if (value instanceof Made) return value.text;
  if (typeof value === 'object') return value.map((one) => rendered(one, '')).join('');
  const text = String(value);
  if (ADDRESS.test(before) && !OWN_PATH.test(text)) throw new Error('a link or form leads to a path of our own');
  return escapeHtml(text);
}

/** Throws where the template itself is wrong: no quotes around a value, or an address that leads elsewhere. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((before, at) => before + (at < values.length ? rendered(values[at], before) : ''));
  return new Made(parts.join(''));
}

/** Schemes that a browser runs or reads from the reader's own machine, instead of going somewhere. */
const NOWHERE: ReadonlySet<string> = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'about:',
  'view-source:',
]);

/** An absolute address that leads somewhere, as URLs are spelled; throws for another. */
export function outwardAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || NOWHERE.has(url.protocol)) throw new Error('a link leads nowhere');
  return url.href;
}

/** The one link that may lead away from here. */
export const outwardLink = (address: string, words: string): Html => {
  const attribute = `href="${escapeHtml(outwardAddress(address))}"`;
  return new Made(`<a rel="noreferrer" ${attribute}>${escapeHtml(words)}</a>`);
};
