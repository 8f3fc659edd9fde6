/** What pages of others, and people with a browser, try with a session of ours. */
import assert from 'node:assert/strict';
import { toolCall } from '../../e2e/harness.ts';
import { inGroup } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { seat } from './people.ts';
import type { Person, Seated } from './people.ts';
import type { Scene, Sending, SignInReply } from './scene.ts';

const ADMIN: Person = { subject: '00unina', groups: ['idp:admins'] };
const REVOCATIONS = '/api/v1/revocations';
const CHECKPOINT = '/api/v1/checkpoint';
const HERE = { 'sec-fetch-site': 'same-origin' };
const REVOKE_ALL = { scope: 'all', reason: 'an attack' };

/** Whoever sits at the browser, and what it is made to send. */
const by =
  (person: Person, launch: (seated: Seated, scene: Scene) => Promise<SignInReply>): Row['launch'] =>
  async (scene) =>
    launch(await seat(scene, person), scene);

const change = (scene: Scene, { cookie, csrf }: Seated, headers: Sending['headers'] = {}): Promise<SignInReply> =>
  scene.send(REVOCATIONS, {
    method: 'POST',
    headers: { cookie, ...HERE, origin: scene.gateway.origin, 'x-gatebook-csrf': csrf, ...headers },
    body: REVOKE_ALL,
  });

const refused = (code: string, reason: string, status = 403): Pick<Row, 'wire' | 'book'> => ({
  wire: `${status} ${code}`,
  book: [`denied ${code} ${reason}`],
});

const endAll = (scene: Scene, { cookie, csrf }: Seated, headers: Sending['headers'] = {}, token = csrf) =>
  scene.send('/me/end', {
    method: 'POST',
    headers: { cookie, ...HERE, origin: scene.gateway.origin, ...headers },
    body: new URLSearchParams({ csrf: token, act: 'all' }),
  });

const page: Row['launch'] = by({ subject: '00uada' }, ({ cookie }, scene) =>
  scene.send('/me', { headers: { cookie } }),
);
const shown: Pick<Row, 'wire' | 'book'> = { wire: '200 page', book: [] };

const PAGES: readonly Row[] = [
  {
    name: 'page-framed',
    tried: 'a page of ours in a frame, so that a click meant for another ends what is the person’s',
    ...shown,
    launch: page,
    also: {
      says: 'no browser shows it in a frame',
      holds: ({ headers }) =>
        assert.match(String(headers['content-security-policy']), /default-src 'none';.*frame-ancestors 'none'/),
    },
  },
  {
    name: 'page-kept',
    tried: 'the page from a cache, after somebody else used the computer',
    ...shown,
    launch: page,
    also: { says: 'nothing keeps it', holds: ({ headers }) => assert.equal(headers['cache-control'], 'no-store') },
  },
  {
    name: 'page-html',
    tried: 'HTML as a login and as groups, on the page that shows them',
    ...shown,
    launch: by(
      { subject: '00ueve', login: '<script>alert(1)</script>', groups: ['idp:"><img src=x onerror=alert(1)>'] },
      ({ cookie }, scene) => scene.send('/me', { headers: { cookie } }),
    ),
    also: {
      says: 'it is text there',
      holds: ({ text }) => {
        assert.ok(text.includes('&lt;script&gt;alert(1)'));
        assert.doesNotMatch(text, /<script|<img/);
      },
    },
  },
  {
    name: 'page-open-redirect',
    tried: 'a link to our page of signing in that goes on to another site',
    ...shown,
    launch: (scene) => scene.send(`/signin?${new URLSearchParams({ to: '//evil.example/me' }).toString()}`),
    also: { says: 'it leads nowhere but here', holds: ({ text }) => assert.doesNotMatch(text, /evil/) },
  },
  {
    name: 'form-foreign',
    tried: 'a form on another site that ends everything of whoever opens it',
    wire: '403 ok',
    book: ['denied forbidden_origin cross_site_post'],
    launch: by({ subject: '00uada' }, (seated, scene) =>
      endAll(scene, seated, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, ''),
    ),
  },
  {
    name: 'form-token-of-another',
    tried: 'our own form with the token of the attacker’s session',
    wire: '403 page',
    book: ['denied forbidden_origin form_token'],
    launch: by({ subject: '00uada' }, async (seated, scene) => {
      const own = await seat(scene, { subject: '00ueve' });
      return endAll(scene, seated, {}, own.csrf);
    }),
  },
  {
    name: 'end-of-another',
    tried: 'ending another person’s sign-in by its id',
    wire: '303 ok',
    book: [],
    launch: by({ subject: '00ueve' }, async ({ cookie, csrf }, scene) => {
      const victim = await seat(scene, { subject: '00uada' });
      const reply = await scene.send('/me/end', {
        method: 'POST',
        headers: { cookie, ...HERE, origin: scene.gateway.origin },
        body: new URLSearchParams({ csrf, act: `sign_in ${victim.signIn}` }),
      });
      assert.equal((await scene.send('/me', { headers: { cookie: victim.cookie } })).status, 200);
      return reply;
    }),
  },
];

const API: readonly Row[] = [
  {
    name: 'api-foreign-page',
    tried: 'a request of another site to the API, with the cookie the browser sends by itself',
    ...refused('forbidden_origin', 'cookie_fetch_site'),
    launch: by(ADMIN, (seated, scene) =>
      scene.send(CHECKPOINT, { headers: { cookie: seated.cookie, 'sec-fetch-site': 'cross-site' } }),
    ),
  },
  {
    name: 'api-neighbour-page',
    tried: 'a change by a page of a neighbouring host, with everything else right',
    ...refused('forbidden_origin', 'cookie_fetch_site'),
    launch: by(ADMIN, (seated, scene) => change(scene, seated, { 'sec-fetch-site': 'same-site' })),
  },
  {
    name: 'api-no-token',
    tried: 'a change without the token that only our pages know',
    ...refused('forbidden_origin', 'csrf_token'),
    launch: by(ADMIN, (seated, scene) => change(scene, seated, { 'x-gatebook-csrf': '' })),
  },
  {
    name: 'api-cookie-and-token',
    tried: 'a cookie and a token at once, each of another person',
    ...refused('unauthenticated', 'cookie_and_token', 401),
    launch: by(ADMIN, async ({ cookie }, scene) => {
      const token = await scene.gateway.apiToken(['auditors']);
      return scene.send(CHECKPOINT, { headers: { cookie, ...HERE, authorization: `Bearer ${token}` } });
    }),
  },
  {
    name: 'api-cookie-as-token',
    tried: 'the value of a cookie as a bearer token',
    ...refused('unauthenticated', 'unknown_token', 401),
    launch: by(ADMIN, ({ value }, scene) => scene.send(CHECKPOINT, { headers: { authorization: `Bearer ${value}` } })),
  },
  {
    name: 'mcp-cookie',
    tried: 'a call to a server with the cookie alone, as a page of ours',
    wire: '401 unauthenticated',
    book: ['denied unauthenticated missing'],
    launch: by(ADMIN, ({ cookie, csrf }, scene) =>
      scene.send('/mcp/notes', {
        method: 'POST',
        headers: { cookie, ...HERE, 'x-gatebook-csrf': csrf, accept: 'application/json, text/event-stream' },
        body: toolCall('get_note'),
      }),
    ),
  },
  {
    name: 'two-cookies',
    tried: 'a second cookie of the same name, planted by a neighbouring host',
    ...refused('unauthenticated', 'web_session_unknown', 401),
    launch: by(ADMIN, async ({ cookie }, scene) => {
      const planted = await seat(scene, { subject: '00ueve' });
      return scene.send(CHECKPOINT, { headers: { cookie: `${planted.cookie}; ${cookie}`, ...HERE } });
    }),
  },
  {
    name: 'signed-out-cookie',
    tried: 'a copied cookie, after its owner signed out',
    ...refused('unauthenticated', 'web_session_unknown_token', 401),
    launch: by(ADMIN, async (seated, scene) => {
      await scene.send('/signin/out', {
        method: 'POST',
        headers: { cookie: seated.cookie, ...HERE, origin: scene.gateway.origin },
        body: new URLSearchParams({ csrf: seated.csrf }),
      });
      return scene.send(CHECKPOINT, { headers: { cookie: seated.cookie, ...HERE } });
    }),
    book: ['control web_session_ended by_person', 'denied unauthenticated web_session_unknown_token'],
  },
  {
    name: 'let-go-page',
    tried: 'the browser of somebody whom the issuer let go a quarter of an hour ago, on a page of ours',
    wire: '303 ok',
    book: ['control sign_in_ended issuer_refused'],
    launch: by({ ...ADMIN, checkedMsAgo: 900_000 }, ({ cookie }, scene) => scene.send('/me', { headers: { cookie } })),
    also: {
      says: 'they would have to sign in',
      holds: ({ location }) => assert.equal(location, '/signin?to=%2Fme'),
    },
  },
  {
    name: 'let-go-api',
    tried: 'the same browser, at the API',
    ...refused('unauthenticated', 'web_session_unknown_token', 401),
    book: ['control sign_in_ended issuer_refused', 'denied unauthenticated web_session_unknown_token'],
    launch: by({ ...ADMIN, checkedMsAgo: 900_000 }, ({ cookie }, scene) =>
      scene.send(CHECKPOINT, { headers: { cookie, ...HERE } }),
    ),
  },
  {
    name: 'stale-sign-in',
    tried: 'somebody at an admin’s screen, an hour after they proved who they are',
    ...refused('fresh_sign_in_required', 'stale_sign_in', 401),
    launch: by({ ...ADMIN, provedMsAgo: 3_600_000 }, (seated, scene) => change(scene, seated)),
  },
];

const DUTIES: readonly Row[] = [
  {
    name: 'auditor-changes',
    tried: 'an auditor who is an admin too takes access away',
    ...refused('forbidden', 'auditor'),
    launch: by({ subject: '00ubo', groups: ['idp:admins', 'idp:auditors'] }, (seated, scene) => change(scene, seated)),
  },
  {
    name: 'glass-whole',
    tried: 'whoever may break the glass acts as an admin without breaking it',
    ...refused('forbidden', 'no_role'),
    launch: by({ subject: '00unina', groups: ['idp:on-call'] }, (seated, scene) => change(scene, seated)),
  },
  {
    name: 'glass-no-reason',
    tried: 'breaking it without a reason',
    wire: '400 invalid_parameter',
    book: [],
    launch: by({ subject: '00unina', groups: ['idp:on-call'] }, ({ cookie, csrf }, scene) =>
      scene.send('/api/v1/break-glass', {
        method: 'POST',
        headers: { cookie, ...HERE, origin: scene.gateway.origin, 'x-gatebook-csrf': csrf },
        body: { reason: '          ' },
      }),
    ),
  },
  {
    name: 'glass-in-silence',
    tried: 'acting by broken glass and hoping that only the breaking is in the book',
    wire: '201 ok',
    book: ['control break_glass', 'control break_glass_used', 'control revocation leaked'],
    launch: by({ subject: '00unina', groups: ['idp:on-call'] }, async (seated, scene) => {
      const headers = { cookie: seated.cookie, ...HERE, 'x-gatebook-csrf': seated.csrf };
      await scene.send('/api/v1/break-glass', {
        method: 'POST',
        headers: { ...headers, origin: scene.gateway.origin },
        body: { reason: 'everything is on fire' },
      });
      return scene.send(REVOCATIONS, {
        method: 'POST',
        headers: { ...headers, origin: scene.gateway.origin },
        body: { scope: 'client', client: 'idp:robot', reason: 'leaked' },
      });
    }),
  },
];

export const BROWSER_ATTACKS: readonly Attack[] = [
  ...inGroup('pages for people who are signed in', PAGES),
  ...inGroup('the API by the cookie of a browser', API),
  ...inGroup('people who do more than they may', DUTIES),
];
