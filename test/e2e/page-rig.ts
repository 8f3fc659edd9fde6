/** A whole gateway that people sign in at, and a real browser before it that notices what a page does wrong. */
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import type { BrowserOptions } from './browser.ts';
import { startSignInGateway } from './sign-in-site.ts';
import type { SignInGateway, SiteOptions } from './sign-in-site.ts';

export type Rig = { readonly site: SignInGateway; readonly page: Page; readonly faults: string[] };
export async function openRig(
  t: TestContext,
  options: BrowserOptions = {},
  siteOptions: SiteOptions = {},
): Promise<Rig> {
  const site = await startSignInGateway(t, siteOptions);
  const context = await openBrowser(t, options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1')) faults.push(`asked for ${request.url()}`);
  });
  return { site, page, faults };
}

/** A token of the issuer itself, for Ada. */
export async function directToken(site: SignInGateway): Promise<string> {
  const response = await fetch(`${site.issuerUrl}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('direct:secret-of-direct-tokens')}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'demo', scope: 'mcp' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

export async function signInAtIssuer(page: Page, login = 'ada@example.com'): Promise<void> {
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'demo');
  await page.click('button');
}
