import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { CheckAgain } from '#signin/asked.ts';
import type { ClientSource } from '#signin/client-source.ts';
import {
  adaSignIn,
  door,
  EDITOR,
  fakeClients,
  REDIRECT,
  startAuthorizationServer,
} from '#test/fakes/authorization-server.ts';

const errorOf = (location: URL | undefined): readonly (string | null | undefined)[] => [
  location?.searchParams.get('error'),
  location?.searchParams.get('state'),
  location?.searchParams.get('code'),
];

describe('a client that does everything right', () => {
  it('gets a token that opens one connection for ten minutes, and a refresh token without asking for one', async (t) => {
    const server = await startAuthorizationServer(t);
    const { code, verifier } = await server.code();
    const { status, body } = await server.token({
      grant_type: 'authorization_code',
      client_id: 'editor',
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
    });
    assert.equal(status, 200);
    assert.deepEqual([body.expires_in, body.scope, body.refresh_token !== undefined], [600, 'mcp', true]);
    const { judge } = door(server);
    assert.equal(await judge(body.access_token ?? ''), 'ada');
    assert.equal(await judge(body.access_token ?? '', 'masked'), 'wrong_audience');
    assert.deepEqual(
      server.parts.gateway.ledger.entries.map(({ st }) => st),
      ['token_issued'],
    );
  });

  it('is told in the answer which server it came from, so that answers of two servers cannot be mixed up', async (t) => {
    const server = await startAuthorizationServer(t);
    const { location } = await server.authorize();
    assert.deepEqual(
      [location?.searchParams.get('iss'), location?.searchParams.get('state')],
      [server.url, 'state-of-the-client'],
    );
  });

  it('listens on whatever loopback port is free, and at a scheme of its own', async (t) => {
    const server = await startAuthorizationServer(t);
    for (const redirect_uri of ['http://127.0.0.1:1/callback', 'http://127.0.0.1:65535/callback', 'editor://callback'])
      assert.ok((await server.signIn({ redirect_uri })).access !== '', redirect_uri);
  });

  it('may push its request beforehand', async (t) => {
    const server = await startAuthorizationServer(t);
    const challenge = createHash('sha256').update('v'.repeat(43)).digest('base64url');
    const pushed = await server.post('/oauth/par', {
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      resource: server.resource,
    });
    const { request_uri } = (await pushed.json()) as { request_uri: string };
    assert.equal(pushed.status, 201);
    const named = { client_id: 'editor', request_uri };
    const nothing = Object.fromEntries(
      ['redirect_uri', 'response_type', 'state', 'code_challenge', 'code_challenge_method', 'resource'].map((name) => [
        name,
        undefined,
      ]),
    );
    const { location } = await server.authorize({ ...nothing, ...named });
    assert.notEqual(location?.searchParams.get('code') ?? null, null);
    const again = await server.authorize({ ...nothing, ...named });
    assert.equal(again.location?.searchParams.get('code') ?? null, null, 'a pushed request is used once');
  });

  it('that asks for openid gets an ID token our published key verifies, with no name of the person in it', async (t) => {
    const server = await startAuthorizationServer(t);
    const { code, verifier } = await server.code({ scope: 'openid', nonce: 'n' });
    const { body } = await server.token({
      grant_type: 'authorization_code',
      client_id: 'editor',
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
    });
    const keys = (await (await server.get('/oauth/jwks')).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(body.id_token ?? '', createLocalJWKSet(keys), {
      issuer: server.url,
      audience: 'editor',
    });
    assert.equal(payload['nonce'], 'n');
    assert.equal(payload.sub, server.made[0]?.id);
    assert.equal(JSON.stringify(payload).includes('ada'), false);
  });

  it('gets a new refresh token with each refresh, and the one before is used up once the new one is seen', async (t) => {
    const server = await startAuthorizationServer(t);
    const first = await server.signIn();
    const second = await server.refresh(first.refresh);
    assert.equal(second.status, 200);
    assert.equal(await door(server).judge(second.body.access_token ?? ''), 'ada');
    const third = await server.refresh(second.body.refresh_token ?? '');
    assert.equal(third.status, 200);
    assert.notEqual(third.body.refresh_token, second.body.refresh_token);
    assert.deepEqual(
      server.parts.gateway.ledger.entries.map(({ st }) => st),
      ['token_issued', 'token_refreshed', 'token_refreshed'],
    );
  });

  it('that never got the answer of a refresh asks again and goes on', async (t) => {
    let passedMs = 0;
    const server = await startAuthorizationServer(t, { clock: () => Date.now() + passedMs });
    const { refresh } = await server.signIn();
    const lost = await server.refresh(refresh);
    // Later than one that asked twice at once would.
    passedMs = server.parts.limits.refreshTwinMs + 1;
    const again = await server.refresh(refresh);
    assert.equal(again.status, 200);
    const { judge } = door(server);
    assert.equal(await judge(lost.body.access_token ?? ''), 'unknown_token');
    assert.equal(await judge(again.body.access_token ?? ''), 'ada');
    assert.equal((await server.refresh(again.body.refresh_token ?? '')).status, 200);
  });

  it('ends its own tokens by revoking them', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access, refresh } = await server.signIn();
    const answer = await server.post('/oauth/revoke', { client_id: 'editor', token: refresh });
    assert.equal(answer.status, 200);
    assert.deepEqual(
      server.parts.gateway.ledger.entries.map(({ st }) => st),
      ['token_issued', 'grant_ended'],
    );
    assert.equal(await door(server).judge(access), 'unknown_token');
    assert.equal((await server.refresh(refresh)).body.error, 'invalid_grant');
  });
});

describe('no scope and no resource', () => {
  it('with several connections a client that names none is told how to', async (t) => {
    const server = await startAuthorizationServer(t);
    const { location } = await server.authorize({ resource: undefined });
    assert.deepEqual(errorOf(location), ['invalid_target', 'state-of-the-client', null]);
    assert.match(
      location?.searchParams.get('error_description') ?? '',
      /resource=http:.*\/mcp\/<name of the connection>/,
    );
  });

  it('with one connection that one is meant', async (t) => {
    const server = await startAuthorizationServer(t, { onlyOne: true });
    const { access } = await server.signIn({ resource: undefined });
    assert.equal(await door(server).judge(access), 'ada');
  });

  it('a connection that does not exist is no different from one that does', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access } = await server.signIn({ resource: `${server.url}/mcp/nobody-knows` });
    assert.equal(await door(server).judge(access, 'nobody-knows'), 'ada');
  });

  it('a scope nobody knows is no obstacle, and the answer says what was given', async (t) => {
    const server = await startAuthorizationServer(t);
    const { code, verifier } = await server.code({ scope: 'admin everything' });
    const { body } = await server.token({
      grant_type: 'authorization_code',
      client_id: 'editor',
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
    });
    assert.equal(body.scope, 'mcp');
  });
});

const MINUTE = 60_000;
const START = Date.now();

describe('a person whom the issuer let go', () => {
  /** Ada, signed in and checked at `START`, and what her issuer says of her since. */
  async function arrange(t: TestContext) {
    const state = { nowMs: START, says: 'holds' as CheckAgain, asked: 0 };
    const server = await startAuthorizationServer(t, {
      clock: () => state.nowMs,
      async checkAgain() {
        state.asked += 1;
        return state.says;
      },
    });
    const ada = adaSignIn([], START);
    server.person = () => ada;
    const exchange = ({ code, verifier }: Awaited<ReturnType<typeof server.code>>) =>
      server.token({
        grant_type: 'authorization_code',
        client_id: 'editor',
        redirect_uri: REDIRECT,
        code,
        code_verifier: verifier,
      });
    return { state, server, ada, exchange, judge: door(server).judge };
  }

  it('gets no code: the issuer is asked before, unless it was a moment ago', async (t) => {
    const { state, server, ada } = await arrange(t);
    await server.code();
    assert.equal(state.asked, 0);
    state.nowMs += 5 * MINUTE;
    state.says = 'refused';
    assert.deepEqual(errorOf((await server.authorize()).location), ['login_required', 'state-of-the-client', null]);
    assert.equal(state.asked, 1);
    assert.equal(server.parts.signIns.find(ada.id)?.endedAtMs, state.nowMs);
  });

  it('gets no token for a code of the minute before', async (t) => {
    const { state, server, exchange } = await arrange(t);
    state.nowMs += 30_000;
    const code = await server.code();
    state.nowMs += 40_000;
    state.says = 'refused';
    assert.deepEqual((await exchange(code)).body.error, 'invalid_grant');
    assert.equal(state.asked, 1);
  });

  it('has no issuer asked by showing what was used up', async (t) => {
    const { state, server } = await arrange(t);
    const { refresh } = await server.signIn();
    const second = await server.refresh(refresh);
    assert.equal((await server.refresh(second.body.refresh_token ?? '')).status, 200);
    state.nowMs += 5 * MINUTE;
    assert.equal((await server.refresh(refresh)).status, 400);
    assert.equal(state.asked, 0);
  });

  it('is out a quarter of an hour after the last yes, whenever the token was given and by whatever way', async (t) => {
    for (const ageMs of [0, 6 * MINUTE, 14 * MINUTE, 15 * MINUTE - 1]) {
      const { state, server, judge } = await arrange(t);
      state.says = 'unreachable';
      state.nowMs = START + ageMs;
      const { access, refresh } = await server.signIn();
      const again = await server.refresh(refresh);
      assert.equal(again.status, 200);
      const left = Math.max(1, Math.floor(Math.min(10 * MINUTE, 15 * MINUTE - ageMs) / 1_000));
      assert.equal(again.body.expires_in, left, `${ageMs}`);
      const tokens = [access, again.body.access_token ?? ''];
      assert.ok((await Promise.all(tokens.map((token) => judge(token)))).includes('ada'));
      state.nowMs = START + 15 * MINUTE;
      for (const token of tokens) assert.notEqual(await judge(token), 'ada', `${ageMs}`);
      assert.equal((await server.refresh(again.body.refresh_token ?? '')).status, 503);
      assert.equal((await server.authorize()).location?.searchParams.get('code') ?? null, null);
    }
  });

  it('stays when the issuer says yes: a token lives its ten minutes', async (t) => {
    const { state, server, judge } = await arrange(t);
    state.nowMs += 14 * MINUTE;
    const { access } = await server.signIn();
    assert.equal(state.asked, 1);
    state.nowMs += 10 * MINUTE - 1;
    assert.equal(await judge(access), 'ada');
  });
});

describe('a browser that is sent here with a request that fails', () => {
  const EVIL = 'https://evil.example/cb';
  const STRANGER = { ...EDITOR, client_id: 'stranger', redirect_uris: [EVIL] };
  const FAILING: readonly Readonly<Record<string, string>>[] = [
    { prompt: 'none' },
    { prompt: 'none', response_mode: 'form_post' },
    { prompt: 'none', response_mode: 'fragment' },
    { response_type: 'token' },
    { resource: 'https://elsewhere.example/mcp' },
    { code_challenge_method: 'plain' },
    { max_age: 'never' },
  ];

  it('goes nowhere for a client that nobody allowed, or of which that cannot be told', async (t) => {
    const standings: readonly ClientSource['standing'][] = [
      () => ({ is: 'waiting', wasApproved: false }),
      () => ({ is: 'denied', by: 'admin' }),
      () => undefined,
      () => {
        throw new Error('no disk');
      },
    ];
    for (const standing of standings) {
      const server = await startAuthorizationServer(t, { clients: { ...fakeClients(STRANGER), standing } });
      for (const failing of FAILING) {
        const asked = { client_id: 'stranger', redirect_uri: EVIL, ...failing };
        const { status, location, text } = await server.authorize(asked);
        assert.ok(status >= 400, `${status}`);
        assert.equal(location, undefined, JSON.stringify(failing));
        assert.doesNotMatch(text, /evil\.example/);
      }
    }
  });

  it('goes back with the error to a client that is allowed, on the web or on the person’s machine', async (t) => {
    const server = await startAuthorizationServer(t, { clients: fakeClients(STRANGER, EDITOR) });
    for (const asked of [{ client_id: 'stranger', redirect_uri: EVIL }, {}]) {
      const { location } = await server.authorize({ ...asked, prompt: 'none' });
      assert.deepEqual(errorOf(location), ['login_required', 'state-of-the-client', null]);
    }
  });
});
