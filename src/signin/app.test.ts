import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { SignInRoute } from '#signin/route.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import { signInParts } from '#test/fakes/sign-in.ts';

const html = (body: string) => ({ status: 200, headers: { 'content-type': 'text/html' }, body });
const ROUTES: readonly SignInRoute[] = [
  { method: 'GET', path: '/me', serve: ({ cookies }) => html(cookies.get('gatebook') ?? 'nobody') },
  {
    method: 'GET',
    path: '/signin/interaction/:uid',
    serve: ({ params, query }) => html(`${params['uid']} ${query.get('a')}`),
  },
  {
    method: 'POST',
    path: '/me',
    async serve({ form }) {
      const fields = await form();
      return html(fields.ok ? (fields.value.get('end') ?? '') : fields.error);
    },
  },
];
const ANSWERING: Answering = {
  routes: ROUTES,
  endpoints: (request, response) => void response.end(`endpoint ${request.url}`),
};

function listen(t: TestContext, overrides = {}, load = async (): Promise<Answering> => ANSWERING) {
  const parts = signInParts(overrides);
  const mounted = createSignIn(parts, load);
  return listenGateway(t, parts.gateway, mounted).then(({ ask }) => ({ ask, parts, mounted }));
}
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

it('its paths are its own, and nothing of /mcp and of the API is', async (t) => {
  const { mounted } = await listen(t);
  const paths = [
    '/me',
    '/me/x',
    '/signin/callback/okta',
    '/device',
    '/oauth/token',
    '/.well-known/openid-configuration',
  ];
  assert.deepEqual(
    paths.filter((path) => !mounted.owns(path)),
    [],
  );
  const others = [
    '/',
    '/mcp/notes',
    '/api/v1/events',
    '/menu',
    '/oauth',
    '/signing',
    '/.well-known/oauth-protected-resource',
  ];
  assert.deepEqual(
    others.filter((path) => mounted.owns(path)),
    [],
  );
});

it('a page is found by method and path, and what is no page is an endpoint', async (t) => {
  const { ask } = await listen(t);
  const page = await ask({ method: 'GET', path: '/signin/interaction/u1?a=b', headers: {} });
  assert.deepEqual([page.status, page.text], [200, 'u1 b']);
  assert.equal((await ask({ method: 'GET', path: '/me', headers: { cookie: 'gatebook=x' } })).text, 'x');
  assert.equal((await ask({ path: '/me', headers: FORM, body: 'end=1' })).text, '1');
  assert.equal((await ask({ path: '/oauth/token', headers: FORM, body: '' })).text, 'endpoint /oauth/token');
  assert.equal((await ask({ method: 'GET', path: '/signin/none' })).status, 404);
  assert.equal((await ask({ path: '/signin/interaction/u1', headers: FORM, body: '' })).status, 405);
  assert.equal((await ask({ method: 'DELETE', path: '/me' })).status, 405);
  assert.equal((await ask({ method: 'GET', path: '/signin/%2e%2e/me' })).status, 404);
});

it('every answer is kept by nobody, framed by nobody and says nothing to the next site', async (t) => {
  const { ask } = await listen(t);
  for (const path of ['/me', '/oauth/authorize', '/signin/none']) {
    const { headers } = await ask({ method: 'GET', path });
    assert.deepEqual(
      [
        headers['cache-control'],
        headers['x-frame-options'],
        headers['referrer-policy'],
        headers['x-content-type-options'],
      ],
      ['no-store', 'DENY', 'no-referrer', 'nosniff'],
      path,
    );
  }
});

it('a form that another site sent does nothing', async (t) => {
  const { ask, parts } = await listen(t);
  const answer = await ask({ path: '/me', headers: { ...FORM, 'sec-fetch-site': 'cross-site' }, body: 'end=1' });
  assert.deepEqual([answer.status, parts.gateway.ledger.unwaited.length], [403, 1]);
});

it('a name the gateway is not known by, and an address that asks too much, get no page', async (t) => {
  const named = await listen(t, { allowedHosts: new Set(['127.0.0.1']) });
  assert.equal((await named.ask({ method: 'GET', path: '/me', headers: { host: 'evil.example' } })).status, 403);
  const limits = { ...LIMITS, sourceRequestsPerSecond: 0.001, sourceRequestsBurst: 1 };
  const flooded = await listen(t, { limits });
  await flooded.ask({ method: 'GET', path: '/me' });
  const over = await flooded.ask({ method: 'GET', path: '/me' });
  assert.equal(over.status, 429);
  assert.notEqual(over.headers['retry-after'], undefined);
});

it('no more requests are on their way than there may be', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Answering>();
  const { ask } = await listen(t, { limits: { ...LIMITS, signInRequestsInFlight: 1 } }, () => promise);
  const first = ask({ method: 'GET', path: '/me' });
  const second = await ask({ method: 'GET', path: '/me' });
  assert.equal(second.status, 503);
  resolve(ANSWERING);
  assert.equal((await first).status, 200);
  assert.equal((await ask({ method: 'GET', path: '/me' })).status, 200);
});

it('who sits there is looked for once a form is here whole, not while it is on its way', async (t) => {
  let looks = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const load = async (): Promise<Answering> => {
    begin();
    return {
      ...ANSWERING,
      routes: [
        {
          method: 'POST',
          path: '/me',
          async serve({ form }) {
            looks += 1;
            const fields = await form();
            return html(fields.ok ? (fields.value.get('end') ?? '') : fields.error);
          },
        },
      ],
    };
  };
  const parts = signInParts();
  const { origin } = await listenGateway(t, parts.gateway, createSignIn(parts, load));
  const { port, host } = new URL(origin);
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(
    `POST /me HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${FORM['content-type']}\r\nContent-Length: 9\r\n\r\nend=`,
  );
  await begun;
  // Whatever was begun for the first request would be done with the answer to another.
  assert.equal((await fetch(`${origin}/me`, { method: 'POST', headers: FORM, body: 'end=other' })).status, 200);
  assert.equal(looks, 1);
  socket.write('whole');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 200/);
  assert.equal(looks, 2);
});

it('what answers is loaded once, and again when that failed', async (t) => {
  let loads = 0;
  const { ask, parts } = await listen(t, {}, async () => {
    loads += 1;
    if (loads === 1) throw new Error('secret of the disk');
    return ANSWERING;
  });
  const failed = await ask({ method: 'GET', path: '/me' });
  assert.deepEqual([failed.status, failed.text.includes('secret')], [500, false]);
  assert.equal(JSON.stringify(parts.gateway.logged).includes('secret of'), false);
  await ask({ method: 'GET', path: '/me' });
  await ask({ method: 'GET', path: '/me' });
  assert.equal(loads, 2);
});
