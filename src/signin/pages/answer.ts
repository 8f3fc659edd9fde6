/** A page as the answer to a request. */
import { page } from '#signin/pages/layout.ts';
import type { PageParts } from '#signin/pages/layout.ts';
import { html } from '#signin/pages/html.ts';
import type { SignInAnswer } from '#signin/route.ts';

export function pageAnswer(
  parts: PageParts,
  { status = 200, cookies = [] }: { readonly status?: number; readonly cookies?: readonly string[] } = {},
): SignInAnswer {
  const { html: body, headers } = page(parts);
  return { status, headers: cookies.length === 0 ? headers : { ...headers, 'set-cookie': cookies }, body };
}

/**
 * After a form, on to another address. Not by a redirect: browsers hold `form-action` against every hop of the way, and which
 * hosts an issuer sends people through is not ours to know.
 */
export const onward = (to: string, cookies: readonly string[] = []): SignInAnswer =>
  pageAnswer({ title: 'One moment', body: html`<p>You are being sent on.</p>`, leadsTo: to }, { cookies });

/** Says what is and what to do; nothing can be done on it. */
export const notice = (status: number, title: string, words: string): SignInAnswer =>
  pageAnswer({ title, body: html`<p>${words}</p>` }, { status });
