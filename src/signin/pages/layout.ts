/**
 * The frame of every page and the headers it goes out with: nothing is loaded but our stylesheet, nothing runs, nobody
 * frames it (OAuth 2.0 Security BCP, RFC 9700 section 4.16), nothing of it is kept.
 */
import { html, outwardAddress, outwardLink } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import { STYLE_PATH, STYLE_VERSION } from '#signin/pages/style.ts';

export type Page = { readonly html: string; readonly headers: Readonly<Record<string, string>> };

export type PageParts = {
  readonly title: string;
  readonly body: Html;
  /**
   * Where a form of the page may lead by way of redirects, besides here: browsers hold `form-action` against every hop.
   * Origins (`https://acme.okta.com`) and schemes (`cursor:`).
   */
  readonly formTo?: readonly string[];
  /** Goes on to there by itself. A redirect after a form would be one of `formTo`'s hops, this is not. */
  readonly leadsTo?: string;
};

/** Sources as CSP Level 3 section 2.3.1 has them; with a space, `;` or `,` one would become more. */
const FORM_SOURCE = /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?|[a-z][a-z0-9+.-]{0,62}:)$/i;

/**
 * `Referrer-Policy` is `same-origin`: elsewhere no address of ours is told, as with `no-referrer`, but with that one a
 * browser says `Origin: null` of our own forms, which then could not be told from a stranger's (Fetch section 3.2).
 */
function headersOf(formTo: readonly string[]): Readonly<Record<string, string>> {
  const wrong = formTo.find((source) => !FORM_SOURCE.test(source));
  if (wrong !== undefined) throw new Error('a form leads to an origin or a scheme');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'self'; form-action ${["'self'", ...formTo].join(' ')}; base-uri 'none'; frame-ancestors 'none'`,
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  };
}

export function page({ title, body, formTo = [], leadsTo }: PageParts): Page {
  const style = `${STYLE_PATH}?${STYLE_VERSION}`;
  const lead =
    leadsTo === undefined
      ? undefined
      : html`<meta http-equiv="refresh" content="${`0; url=${outwardAddress(leadsTo)}`}" />`;
  const onward = leadsTo === undefined ? undefined : html`<p>${outwardLink(leadsTo, 'Continue')}</p>`;
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${lead}
        <title>${title} · Gatebook</title>
        <link rel="stylesheet" href="${style}" />
      </head>
      <body>
        <header>Gatebook</header>
        <main>
          <h1>${title}</h1>
          ${body}${onward}
        </main>
      </body>
    </html> `;
  return { html: text, headers: headersOf(formTo) };
}
