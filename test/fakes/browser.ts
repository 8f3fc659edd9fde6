/**
 * A browser without a window: it keeps cookies by host and path, follows redirects step by step, and fills in forms. It
 * goes anywhere on loopback, so that a sign-in can be walked through all servers that take part in it. Two of them are
 * two people's browsers.
 */
import assert from 'node:assert/strict';

const REDIRECTS_MAX = 20;

type Cookie = { readonly name: string; readonly value: string; readonly path: string; readonly isHttpOnly: boolean };

export type Form = {
  readonly action: string;
  readonly method: string;
  /** Every field with the value it has before somebody types. */
  readonly fields: Readonly<Record<string, string>>;
  /** Buttons that send something, by what stands on them. */
  readonly buttons: Readonly<Record<string, { readonly name: string; readonly value: string } | undefined>>;
};

export type Visit = {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What a person reads: the page without its marks. */
  readonly words: string;
  readonly forms: readonly Form[];
  /** Every address on the way here, the first one asked for and this one included. */
  readonly path: readonly string[];
};

export type FakeBrowser = {
  /** Follows redirects until a page, or until an address that `stopAt` names, which is not asked for. */
  open(url: string, options?: { readonly stopAt?: string; readonly headers?: Record<string, string> }): Promise<Visit>;
  /** Sends a form of a page as a click on the button with these words would. */
  submit(
    page: Visit,
    button: string,
    fields?: Readonly<Record<string, string>>,
    options?: { readonly stopAt?: string },
  ): Promise<Visit>;
  /** Sends whatever one wants, as an attacker's page or a person at the console would. */
  send(url: string, init: RequestInit, options?: { readonly stopAt?: string }): Promise<Visit>;
  cookies(url: string): Readonly<Record<string, string>>;
  setCookie(origin: string, name: string, value: string, path?: string): void;
  forget(): void;
};

const decoded = (text: string): string =>
  text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

function attributes(tag: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const inside = tag.replace(/^<\w+/, '').replace(/\/?>$/, '');
  for (const [, name = '', quoted, single, bare] of inside.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g,
  ))
    found[name.toLowerCase()] = decoded(quoted ?? single ?? bare ?? '');
  return found;
}

const wordsOf = (html: string): string =>
  decoded(html.replaceAll(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();

function formsOf(html: string, url: string): readonly Form[] {
  return [...html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/gi)].map(([, open = '', inside = '']) => {
    const { action, method = 'get' } = attributes(open);
    const fields: Record<string, string> = {};
    const buttons: Record<string, { name: string; value: string } | undefined> = {};
    for (const [tag] of inside.matchAll(/<input\b[^>]*>/gi)) {
      const { name, value = '', type, checked } = attributes(tag);
      if (name === undefined || type === 'submit') continue;
      if ((type === 'checkbox' || type === 'radio') && checked === undefined) continue;
      fields[name] = value;
    }
    for (const [, tag = '', label = ''] of inside.matchAll(/(<button\b[^>]*>)([\s\S]*?)<\/button>/gi)) {
      const { name, value = '' } = attributes(tag);
      buttons[wordsOf(label)] = name === undefined ? undefined : { name, value };
    }
    return {
      action: new URL(action === undefined || action === '' ? url : action, url).href,
      method: method.toUpperCase(),
      fields,
      buttons,
    };
  });
}

/** `<meta http-equiv="refresh">`: where a page goes on to by itself. */
function refreshOf(html: string): string | undefined {
  const [tag] = /<meta\b[^>]*http-equiv="refresh"[^>]*>/i.exec(html) ?? [];
  return tag === undefined ? undefined : /^0; url=(.*)$/.exec(attributes(tag)['content'] ?? '')?.[1];
}

/** RFC 6265 section 5.1.4. */
const pathMatches = (asked: string, path: string): boolean =>
  asked === path || (asked.startsWith(path) && (path.endsWith('/') || asked[path.length] === '/'));

export function createFakeBrowser(): FakeBrowser {
  const jars = new Map<string, Cookie[]>();
  const jarOf = (url: string): Cookie[] => {
    const { hostname, port, protocol } = new URL(url);
    // Cookies know no ports; servers of one test on one loopback address would share them, as they do in a browser.
    const key = `${protocol}//${hostname}`;
    const jar = jars.get(key) ?? [];
    jars.set(key, jar);
    assert.ok(['127.0.0.1', 'localhost', '[::1]'].includes(hostname), `not on loopback: ${hostname}:${port}`);
    return jar;
  };
  const sent = (url: string): readonly Cookie[] =>
    jarOf(url).filter(({ path }) => pathMatches(new URL(url).pathname, path));
  const keep = (url: string, line: string): void => {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const settings = new Map(
      rest.map((part) => {
        const [name = '', ...value] = part.split('=');
        return [name.toLowerCase(), value.join('=')] as const;
      }),
    );
    const { pathname } = new URL(url);
    const fallback = pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
    const named = settings.get('path');
    const cookie = {
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      path: named?.startsWith('/') === true ? named : fallback,
      isHttpOnly: settings.has('httponly'),
    };
    const isOver = Number(settings.get('max-age') ?? 1) <= 0 || Date.parse(settings.get('expires') ?? '') < Date.now();
    const jar = jarOf(url);
    const before = jar.findIndex(({ name, path }) => name === cookie.name && path === cookie.path);
    if (before >= 0) jar.splice(before, 1);
    if (!isOver) jar.push(cookie);
  };

  const walk = async (first: string, init: RequestInit, stopAt?: string): Promise<Visit> => {
    let url = first;
    let asked = init;
    const path: string[] = [];
    for (let step = 0; step < REDIRECTS_MAX; step++) {
      path.push(url);
      if (stopAt !== undefined && url.startsWith(stopAt))
        return { url, status: 0, headers: new Headers(), text: '', words: '', forms: [], path };
      const headers = new Headers(asked.headers);
      const cookies = sent(url).map(({ name, value }) => `${name}=${value}`);
      if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
      const response = await fetch(url, { ...asked, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) keep(url, line);
      const text = await response.text();
      const location = response.headers.get('location') ?? refreshOf(text);
      if (response.status >= 400 || location === undefined)
        return {
          url,
          status: response.status,
          headers: response.headers,
          text,
          words: wordsOf(text),
          forms: formsOf(text, url),
          path,
        };
      url = new URL(location, url).href;
      // 303, and what browsers make of 302 after a POST.
      if (response.status !== 307 && response.status !== 308) asked = {};
    }
    throw new Error(`redirected in circles: ${path.join(' -> ')}`);
  };
  const send: FakeBrowser['send'] = (url, init, { stopAt } = {}) => walk(url, init, stopAt);

  return {
    send,
    open: (url, { stopAt, headers = {} } = {}) =>
      walk(url, { headers: { 'sec-fetch-site': 'none', ...headers } }, stopAt),
    submit(page, button, fields = {}, { stopAt } = {}) {
      const form = page.forms.find(({ buttons }) => button in buttons);
      assert.ok(form !== undefined, `no button "${button}" on ${page.url}: ${page.words}`);
      const pressed = form.buttons[button];
      const all = { ...form.fields, ...fields, ...(pressed === undefined ? {} : { [pressed.name]: pressed.value }) };
      const headers = { origin: new URL(page.url).origin, 'sec-fetch-site': 'same-origin' };
      return form.method === 'POST'
        ? walk(form.action, { method: 'POST', headers, body: new URLSearchParams(all) }, stopAt)
        : walk(`${form.action}?${new URLSearchParams(all).toString()}`, { headers }, stopAt);
    },
    cookies: (url) => Object.fromEntries(sent(url).map(({ name, value }) => [name, value])),
    setCookie: (origin, name, value, path = '/') => keep(origin, `${name}=${value}; Path=${path}`),
    forget: () => jars.clear(),
  };
}
