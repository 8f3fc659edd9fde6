/** What stands between a browser that is signed in and whoever would use it. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const LAYOUT = 'src/signin/pages/layout.ts';
const HTML = 'src/signin/pages/html.ts';
const APP = 'src/signin/app.ts';
const ME = 'src/signin/me/me-routes.ts';
const FORM = 'src/signin/own-form.ts';
const VISIT = 'src/signin/visit.ts';
const ENTRY = 'src/signin/entry.ts';
const COOKIE = 'src/signin/session-cookie.ts';
const AUTHENTICATE = 'src/api/authenticate.ts';
const EXCHANGE = 'src/api/exchange.ts';
const DUTIES = 'src/policy/duties.ts';

export const BROWSER_GUARDS: readonly Guard[] = [
  {
    guard: 'no page of ours is framed',
    attacks: ['page-framed'],
    patches: [without(LAYOUT, "; frame-ancestors 'none'")],
  },
  {
    guard: 'no page of ours is kept',
    attacks: ['page-kept'],
    patches: [
      without(LAYOUT, "    'cache-control': 'no-store',\n"),
      without(APP, "  response.setHeader('cache-control', 'no-store');\n"),
    ],
  },
  {
    guard: 'what others say is text',
    attacks: ['page-html'],
    patches: [without(HTML, ".replaceAll(/[&<>\"'`]/g, (character) => ENTITIES[character] ?? '')")],
  },
  {
    guard: 'after signing in one goes on to a page of ours',
    attacks: ['page-open-redirect'],
    patches: [without(ENTRY, 'return GOALS.test(to) ? to : HOME;', 'return GOALS.test(HOME) ? to : HOME;')],
  },
  {
    guard: 'a form comes from our own page',
    attacks: ['form-foreign'],
    patches: [without(VISIT, "  if (method !== 'POST') return false;\n", "  if (method !== 'PUT') return false;\n")],
  },
  {
    guard: 'a form has the token of its session',
    attacks: ['form-token-of-another'],
    patches: [without(FORM, 'return a.length === b.length && timingSafeEqual(a, b);', 'return a.length === b.length;')],
  },
  {
    guard: 'a person ends what is their own',
    attacks: ['end-of-another'],
    patches: [
      without(
        ME,
        '      const signIn = mine.find(({ id }) => id === first);\n      return signIn === undefined ? undefined : endSignIn(signIn, by, parts);\n',
        "      return endSignIn({ ...present.signIn, id: first ?? '' }, by, parts);\n",
      ),
    ],
  },
  {
    guard: 'a cookie counts for what comes from our own pages',
    attacks: ['api-foreign-page', 'api-neighbour-page'],
    patches: [
      without(FORM, "  if (sites.some((site) => site !== 'same-origin') || sites.length > 1) return 'fetch_site';\n"),
    ],
  },
  {
    guard: 'a change has the token of the page',
    attacks: ['api-no-token'],
    patches: [
      without(
        AUTHENTICATE,
        "    return err({ code: 'forbidden_origin', reason: 'csrf_token' });\n",
        '    void token;\n',
      ),
    ],
  },
  {
    guard: 'a cookie or a token, never both',
    attacks: ['api-cookie-and-token'],
    patches: [
      without(
        AUTHENTICATE,
        '  if (web?.isShown(headers) === true) {',
        '  if (web?.isShown(headers) === true && !bearer.ok) {',
      ),
    ],
  },
  {
    guard: 'a cookie is looked for among cookies, a token among tokens',
    attacks: ['api-cookie-as-token'],
    patches: [
      without('src/bin/lasting.ts', 'access_token: signIn.accessTokens', 'access_token: signIn.webSessions.callers'),
    ],
  },
  {
    guard: 'a call shows a token',
    attacks: ['mcp-cookie'],
    patches: [
      without(
        'src/identity/bearer.ts',
        "  if (authorization === undefined) return err('missing');\n",
        "  if (authorization === undefined) return err('not_bearer');\n",
      ),
    ],
  },
  {
    guard: 'of two cookies neither counts',
    attacks: ['two-cookies'],
    patches: [without(COOKIE, 'values.length === 1 && value', 'values.length > 0 && value')],
  },
  {
    guard: 'signing out ends the session itself',
    attacks: ['signed-out-cookie'],
    patches: [without('src/signin/endings.ts', 'parts.sessions.end([session])', 'Promise.resolve([session])')],
  },
  {
    guard: 'the issuer is asked again before a browser counts',
    attacks: ['let-go-page', 'let-go-api'],
    patches: [
      without(
        'src/signin/check-browser.ts',
        'clock() - signIn.checkedAtMs < limits.issuerCheckDueMs',
        'clock() - limits.issuerCheckDueMs < clock()',
      ),
      without(
        'src/signin/web-session.ts',
        'clock() - present.signIn.checkedAtMs < limits.issuerCheckStaleMs ? present',
        'limits.issuerCheckStaleMs > 0 ? present',
      ),
    ],
  },
  {
    guard: 'what is sensitive waits for a proof',
    attacks: ['stale-sign-in'],
    patches: [without(EXCHANGE, 'by.isFresh === false)', 'by.isFresh === undefined)')],
  },
  {
    guard: 'an auditor changes nothing',
    attacks: ['auditor-changes'],
    patches: [
      without(
        DUTIES,
        "return changes && roles.has('auditor') ? err('auditor') : ok(true);",
        'void changes;\n  return ok(true);',
      ),
    ],
  },
  {
    guard: 'an admin by break glass broke it',
    attacks: ['glass-whole'],
    patches: [
      without(
        'src/api/break-glass.ts',
        'const roles = glass === undefined ? own : raisedRoles(own);',
        'const roles = raisedRoles(own);',
      ),
    ],
  },
  {
    guard: 'it breaks for a reason',
    attacks: ['glass-no-reason'],
    patches: [without('src/api/contract/break-glass.ts', '      .min(LIMITS.breakGlassReasonCharsMin)\n')],
  },
  {
    guard: 'what is done by it is recorded as done by it',
    attacks: ['glass-in-silence'],
    patches: [
      without(
        EXCHANGE,
        'glass === undefined ? undefined : await recordUse(by, operation, glass, parts);',
        'await Promise.resolve(undefined);\n    void recordUse;',
      ),
    ],
  },
];
