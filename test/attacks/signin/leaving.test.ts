/** Where the authorization server sends browsers, against whoever wants it to send them elsewhere or to keep others out. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createTrustedProxies } from '#gateway/source.ts';
import { LIMITS } from '#limits.ts';
import { EDITOR, fakeClients, REDIRECT, startAuthorizationServer } from '#test/fakes/authorization-server.ts';
import type { FakeServer } from '#test/fakes/authorization-server.ts';

const STRANGER = 'https://evil.example/callback';

/** Somebody registered it, and an admin has not looked yet. */
const startWithWaiting = (t: TestContext): Promise<FakeServer> => {
  const clients = fakeClients(EDITOR, { ...EDITOR, client_id: 'stranger', redirect_uris: [STRANGER] });
  const standing = (id: string) =>
    id === 'stranger' ? ({ is: 'waiting', wasApproved: false } as const) : clients.standing(id);
  return startAuthorizationServer(t, { clients: { ...clients, standing } });
};

const asking = (server: FakeServer, asked: Readonly<Record<string, string>>) =>
  server.get(
    `/oauth/authorize?${new URLSearchParams({
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      resource: server.resource,
      ...asked,
    }).toString()}`,
  );

describe('attack by a link of ours', () => {
  it('a client that nobody allowed sends no browser to its place, not even with an error', async (t) => {
    const server = await startWithWaiting(t);
    const stranger = { client_id: 'stranger', redirect_uri: STRANGER };
    for (const wrong of [{ prompt: 'none' }, { response_type: 'token' }, { resource: 'none' }, { request: 'x.y.z' }]) {
      const answer = await asking(server, { ...stranger, ...wrong });
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], JSON.stringify(wrong));
      assert.equal((await answer.text()).includes('evil.example'), false);
    }
    const page = await asking(server, stranger);
    assert.match(page.headers.get('location') ?? '', /^\/signin\/interaction\//, 'its person is told that it waits');
    const allowed = await asking(server, { prompt: 'none' });
    assert.match(allowed.headers.get('location') ?? '', /^http:\/\/127\.0\.0\.1:51234\/callback\?error=login_required/);
  });

  it('an answer goes back in the query of a redirect, and in no other form', async (t) => {
    const server = await startWithWaiting(t);
    for (const response_mode of ['form_post', 'fragment'])
      for (const more of [{}, { prompt: 'none' }]) {
        const answer = await asking(server, { response_mode, ...more });
        assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], response_mode);
        assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
        assert.equal((await answer.text()).includes('<script'), false);
      }
    const pushed = await server.post('/oauth/par', {
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      resource: server.resource,
      response_mode: 'form_post',
    });
    const { request_uri } = (await pushed.json()) as { request_uri: string };
    const later = await server.get(
      `/oauth/authorize?${new URLSearchParams({ client_id: 'editor', request_uri }).toString()}`,
    );
    assert.deepEqual([later.status, later.headers.get('location')], [400, null], 'pushed');
    const query = await asking(server, { response_mode: 'query' });
    assert.match(query.headers.get('location') ?? '', /^\/signin\/interaction\//);
  });

  it('a form without the page it is of is sent to the page, and nothing is said to have failed', async (t) => {
    const server = await startWithWaiting(t);
    const answer = await server.post('/device', { user_code: 'AAAA-AAAA', xsrf: 'x' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/device']);
    assert.deepEqual(
      server.parts.gateway.logged.filter((line) => JSON.stringify(line).includes('failed')),
      [],
    );
  });
});

describe('attack by sending slowly', () => {
  it('whoever sends half of many requests keeps nobody else out', async (t) => {
    const perSource = 3;
    const server = await startAuthorizationServer(t, {
      limits: { ...LIMITS, signInRequestsInFlightPerSource: perSource, signInRequestsInFlight: perSource + 1 },
      proxies: createTrustedProxies(['127.0.0.1']),
    });
    const { port } = new URL(server.url);
    const half = (source: string) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        `POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Forwarded-For: ${source}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\ngrant`,
      );
      t.after(() => socket.destroy());
      return socket;
    };
    const ask = (source: string) => server.get('/oauth/jwks', { 'x-forwarded-for': source });
    assert.equal((await ask('192.0.2.1')).status, 200);
    for (let sent = 0; sent < 2 * perSource; sent += 1) half('192.0.2.1');
    for (let turn = 0; (await ask('192.0.2.1')).status !== 429; turn += 1) assert.ok(turn < 500, 'never full');
    assert.equal((await ask('192.0.2.2')).status, 200);
  });
});
