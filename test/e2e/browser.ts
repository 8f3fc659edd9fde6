/** A real browser of the system, without a window, and whether everybody can use what it shows (axe: WCAG 2.2 A and AA). */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((path) => existsSync(path));

/** Why there is none, for a skip that everybody sees; undefined when there is one. */
export const browserMissing = (): string | undefined =>
  executablePath === undefined ? 'Chromium is not installed (apt-get install chromium)' : undefined;

/** Nothing is asked of the network but loopback. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type BrowserOptions = {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Unless written: scripts run, where a page's own policy lets them. */
  readonly javaScriptEnabled?: boolean;
};

/** Ends with the test. */
export async function openBrowser(
  t: Pick<TestContext, 'after'>,
  options: BrowserOptions = {},
): Promise<BrowserContext> {
  if (executablePath === undefined) throw new Error(browserMissing());
  const browser = await chromium.launch({ executablePath, args: QUIET });
  t.after(() => browser.close());
  return browser.newContext(options);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe has against the page, a line each: rule and where. Evaluated past the page's own policy, which lets no script run. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const run = `${AXE}; axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(TAGS)} } }).then(({ violations }) =>
    JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' ')))))`;
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: run,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return JSON.parse(String(result.value)) as readonly string[];
}
