/** A person on the way from a client to their issuer and back, in a browser without a window. */
import type { FakeBrowser, Visit } from './browser.ts';

/** What a person does whom a client sent to `url`: agrees, signs in at the issuer, and comes back to the client. */
export async function walkThrough(
  browser: FakeBrowser,
  url: string,
  { login = 'ada@example.com', password = 'demo', stopAt }: { login?: string; password?: string; stopAt: string },
): Promise<Visit> {
  let page = await browser.open(url, { stopAt });
  for (let step = 0; step < 4 && !page.url.startsWith(stopAt); step += 1) {
    const buttons = page.forms.flatMap((form) => Object.keys(form.buttons));
    const button = buttons.find((words) => words.startsWith('Sign in') || words === 'Allow');
    if (button === undefined) return page;
    page = await browser.submit(page, button, button === 'Sign in' ? { login, password } : {}, { stopAt });
  }
  return page;
}
