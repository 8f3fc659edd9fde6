/** What somebody tries with codes and tokens: those of others, used ones, ones for something else, and all at once. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { describe, it } from 'node:test';
import { epochAt } from '#identity/epochs.ts';
import { CLI_CLIENT_ID } from '#signin/own-clients.ts';
import { door, EDITOR, fakeClients, REDIRECT, startAuthorizationServer } from '#test/fakes/authorization-server.ts';
import type { FakeServer, TokenAnswer } from '#test/fakes/authorization-server.ts';
import { LATCHED } from '#test/fakes/ledger.ts';

const exchange = (
  server: FakeServer,
  got: { readonly code: string; readonly verifier: string },
  more: Record<string, string> = {},
) =>
  server.token({
    grant_type: 'authorization_code',
    client_id: 'editor',
    redirect_uri: REDIRECT,
    code: got.code,
    code_verifier: got.verifier,
    ...more,
  });
const tokenOf = ({ body }: TokenAnswer): string => body.access_token ?? assert.fail(JSON.stringify(body));
const refreshOf = ({ body }: TokenAnswer): string => body.refresh_token ?? assert.fail(JSON.stringify(body));
const acts = (server: FakeServer): readonly string[] => server.parts.gateway.ledger.entries.map(({ st }) => st);

describe('attack with a code', () => {
  it('a code that is used a second time gives nothing and ends what came of the first use', async (t) => {
    const server = await startAuthorizationServer(t);
    const got = await server.code();
    const first = await exchange(server, got);
    const second = await exchange(server, got);
    assert.deepEqual([first.status, second.status, second.body.error], [200, 400, 'invalid_grant']);
    assert.equal(await door(server).judge(tokenOf(first)), 'unknown_token');
    assert.equal((await server.refresh(refreshOf(first))).body.error, 'invalid_grant');
    assert.deepEqual(acts(server), ['token_issued', 'code_reuse']);
  });

  it('of two processes that race one code exactly one gets tokens, and then those end', async (t) => {
    const server = await startAuthorizationServer(t);
    const other = await startAuthorizationServer(t, { beside: server });
    for (const round of [1, 2, 3]) {
      const got = await server.code();
      const answers = await Promise.all([server, other, server, other].map((one) => exchange(one, got)));
      const won = answers.filter(({ status }) => status === 200);
      assert.ok(won.length <= 1, `round ${round}: ${won.length} got tokens`);
      for (const answer of won) assert.equal(await door(server).judge(tokenOf(answer)), 'unknown_token');
    }
    assert.ok([...acts(server), ...acts(other)].includes('code_reuse'));
  });

  it('a code without its verifier, with another, or shown by another client or for another redirect opens nothing', async (t) => {
    const server = await startAuthorizationServer(t, {
      clients: fakeClients(EDITOR, { ...EDITOR, client_id: 'other' }),
    });
    for (const wrong of [
      { code_verifier: '' },
      { code_verifier: 'x'.repeat(43) },
      { client_id: 'other' },
      { redirect_uri: 'editor://callback' },
    ]) {
      const answer = await exchange(server, await server.code(), wrong);
      assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant'], JSON.stringify(wrong));
    }
  });

  it('PKCE cannot be left out or weakened, not by a pushed request either', async (t) => {
    const server = await startAuthorizationServer(t);
    for (const weak of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge_method: undefined },
      { code_challenge: 'short' },
    ]) {
      const { location } = await server.authorize(weak);
      assert.equal(location?.searchParams.get('error'), 'invalid_request', JSON.stringify(weak));
      assert.equal(location?.searchParams.get('code'), null);
    }
    const pushed = await server.post('/oauth/par', {
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      resource: server.resource,
    });
    assert.equal(pushed.status, 400);
  });

  it('nothing is sent to an address that is not one of the client’s, however like one it looks', async (t) => {
    const server = await startAuthorizationServer(t);
    for (const redirect_uri of [
      'http://127.0.0.1/callback/../evil',
      'http://127.0.0.1/callback?next=https://evil.example',
      'http://127.0.0.1:1/callback#x',
      'http://user@127.0.0.1/callback',
      'http://127.0.0.1.evil.example/callback',
      'http://localhost/callback',
      'https://127.0.0.1/callback',
      'editor://callback/x',
      'Editor://callback',
      'javascript:alert(1)',
      undefined,
    ]) {
      const { location, status } = await server.authorize({ redirect_uri });
      assert.deepEqual([location, status], [undefined, 400], redirect_uri ?? 'none');
    }
  });

  it('a client with one address has to say it all the same', async (t) => {
    const server = await startAuthorizationServer(t, {
      clients: fakeClients({ ...EDITOR, redirect_uris: [REDIRECT] }),
    });
    assert.notEqual((await server.authorize()).location?.searchParams.get('code'), null);
    const { location, status } = await server.authorize({ redirect_uri: undefined });
    assert.deepEqual([location, status], [undefined, 400]);
  });

  it('no token comes by the address bar: only a code does', async (t) => {
    const server = await startAuthorizationServer(t);
    for (const response_type of ['token', 'id_token', 'code id_token', 'none']) {
      const { location } = await server.authorize({ response_type, nonce: 'n' });
      const told = new URLSearchParams(location?.search === '' ? location.hash.slice(1) : location?.search);
      assert.equal(told.get('error'), 'unsupported_response_type', response_type);
      assert.deepEqual([told.get('access_token'), told.get('code'), told.get('id_token')], [null, null, null]);
    }
  });
});

describe('attack with a refresh token', () => {
  it('one that was exchanged and whose successor is in use ends the whole grant', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access, refresh } = await server.signIn();
    const next = await server.refresh(refresh);
    assert.equal(await door(server).judge(tokenOf(next)), 'ada');
    // Writes are done in order: when this one is, it is known that the new one was seen.
    await server.rows.write({ act: 'see', digest: new Uint8Array(32), nowMs: 0 });
    const stolen = await server.refresh(refresh);
    assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant']);
    const { judge } = door(server);
    assert.deepEqual([await judge(access), await judge(tokenOf(next))], ['unknown_token', 'unknown_token']);
    assert.equal((await server.refresh(refreshOf(next))).body.error, 'invalid_grant');
    assert.deepEqual(acts(server), ['token_issued', 'token_refreshed', 'refresh_reuse']);
  });

  it('of several that race it from one address in two processes all have their call, one way on is left, and whoever uses another ends that too', async (t) => {
    const server = await startAuthorizationServer(t);
    const other = await startAuthorizationServer(t, { beside: server });
    const { refresh } = await server.signIn();
    const answers = await Promise.all([server, other, server, other].map((one) => one.refresh(refresh)));
    const { judge } = door(server);
    const judged = await Promise.all(answers.map((answer) => judge(tokenOf(answer))));
    assert.deepEqual(new Set(judged), new Set(['ada']));
    const [winner, loser] = answers;
    assert.ok(winner !== undefined && loser !== undefined);
    const onward = await server.refresh(refreshOf(winner));
    assert.equal(onward.status, 200);
    assert.equal((await other.refresh(refreshOf(loser))).body.error, 'invalid_grant');
    assert.equal(await judge(tokenOf(onward)), 'unknown_token');
    assert.equal(acts(server).at(-1), 'token_refreshed');
    assert.equal(acts(other).at(-1), 'refresh_reuse');
  });

  it('is nobody’s but the client’s it was given to', async (t) => {
    const server = await startAuthorizationServer(t, {
      clients: fakeClients(EDITOR, { ...EDITOR, client_id: 'other' }),
    });
    const { refresh } = await server.signIn();
    assert.equal((await server.refresh(refresh, { client_id: 'other' })).body.error, 'invalid_grant');
    const revoked = await server.post('/oauth/revoke', { client_id: 'other', token: refresh });
    assert.equal(revoked.status, 200, 'and it is not told whether there is one (RFC 7009 section 2.2)');
    assert.equal((await server.refresh(refresh)).status, 200);
  });

  it('gives no more than was agreed to: no other resource, no further scope', async (t) => {
    const server = await startAuthorizationServer(t);
    const { refresh } = await server.signIn();
    for (const more of [{ resource: `${server.url}/mcp/masked` }, { resource: `${server.url}/api` }]) {
      const answer = await server.refresh(refresh, more);
      assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_target'], JSON.stringify(more));
    }
    const scope = await server.refresh(refresh, { scope: 'mcp api' });
    assert.deepEqual([scope.status, scope.body.error], [400, 'invalid_scope']);
  });
});

describe('attack with an access token', () => {
  it('a token for one connection opens no other and not the API, and a refresh token or code opens nothing', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access, refresh } = await server.signIn();
    const { code } = await server.code();
    const { identity, judge } = door(server);
    assert.equal(await judge(access, 'masked'), 'wrong_audience');
    assert.deepEqual(identity.verifyForApi(access), { ok: false, error: 'wrong_audience' });
    assert.deepEqual([await judge(refresh), await judge(code)], ['unknown_token', 'unknown_token']);
  });

  it('a code for one connection is not exchanged for a token of another, nor for one of two', async (t) => {
    const server = await startAuthorizationServer(t);
    const swapped = await exchange(server, await server.code(), { resource: `${server.url}/mcp/masked` });
    assert.deepEqual([swapped.status, swapped.body.error], [400, 'invalid_target']);
  });

  it('no client of others gets a token for the API, whatever its person is', async (t) => {
    const server = await startAuthorizationServer(t);
    const { location } = await server.authorize({ resource: `${server.url}/api` });
    assert.equal(location?.searchParams.get('error'), 'invalid_target');
    const own = await server.signIn({ client_id: CLI_CLIENT_ID, resource: `${server.url}/api` });
    assert.equal((await door(server).identity.verifyForApi(own.access)).ok, true);
    assert.equal(await door(server).judge(own.access), 'wrong_audience');
  });

  it('a resource that is not ours is no resource', async (t) => {
    const server = await startAuthorizationServer(t);
    for (const resource of [
      'https://evil.example/mcp/notes',
      `${server.url}/mcp/notes/`,
      `${server.url}/`,
      'notes',
      '',
    ]) {
      for (const client_id of ['editor', CLI_CLIENT_ID]) {
        const { location } = await server.authorize({ resource, client_id });
        assert.equal(location?.searchParams.get('error'), 'invalid_target', `${resource} for ${client_id}`);
      }
    }
  });

  it('one that was remembered ends with the next look after its grant, its sign-in or its person did', async (t) => {
    for (const how of ['grant', 'sign-in', 'caller', 'client', 'all'] as const) {
      const server = await startAuthorizationServer(t);
      const other = await startAuthorizationServer(t, { beside: server });
      const { access, refresh } = await server.signIn();
      const { judge, identity } = door(server);
      assert.equal(await judge(access), 'ada');
      const verified = await identity.verify(access, [server.resource]);
      assert.ok(verified.ok);
      const { epochs } = server.parts;
      const [signIn] = server.made;
      assert.ok(signIn !== undefined);
      const epochMs = epochAt(Date.now(), server.parts.limits);
      if (how === 'grant') await other.post('/oauth/revoke', { client_id: 'editor', token: refresh });
      else if (how === 'sign-in') await other.parts.signIns.end(signIn.id, Date.now());
      else if (how === 'caller') epochs.revokeCaller(signIn, epochMs);
      else if (how === 'client') epochs.revokeClient('gatebook:editor', epochMs);
      else epochs.revokeAll(epochMs);
      assert.notEqual(await judge(access), 'ada', how);
      assert.equal(identity.recheck(verified.value).ok, false, how);
      const refreshed = await server.refresh(refresh);
      assert.equal(refreshed.body.error, 'invalid_grant', how);
    }
  });

  it('a sign-in from before a revocation gives nothing new, and one from after it does', async (t) => {
    const server = await startAuthorizationServer(t);
    const { refresh } = await server.signIn();
    server.parts.epochs.revokeAll(epochAt(Date.now(), server.parts.limits));
    assert.equal((await server.refresh(refresh)).body.error, 'invalid_grant');
    const [old] = server.made;
    assert.ok(old !== undefined);
    const { person } = server;
    server.person = () => old;
    assert.equal((await server.authorize()).location?.searchParams.get('error'), 'login_required');
    server.person = person;
    const revokedAtMs = Date.now();
    while (Date.now() <= revokedAtMs) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await door(server).judge((await server.signIn()).access), 'ada');
  });

  it('in the address of a request it is no token, and a cookie of ours is none either', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access } = await server.signIn();
    const { judge } = door(server);
    for (const token of [`${access}.`, `${access}=`, ` ${access}`, access.slice(1), access.toUpperCase()])
      assert.notEqual(await judge(token), 'ada', token);
    const started = await server.get(
      `/oauth/authorize?${new URLSearchParams({ client_id: 'editor', redirect_uri: REDIRECT, response_type: 'code', code_challenge: 'c'.repeat(43), code_challenge_method: 'S256', resource: server.resource }).toString()}`,
    );
    for (const line of started.headers.getSetCookie()) {
      const value = line.split(';', 1)[0]?.split('=')[1] ?? '';
      assert.equal(await judge(value), 'unknown_token');
      assert.match(line, /httponly/i);
    }
    const inQuery = await server.get(`/oauth/authorize?access_token=${access}`);
    assert.equal(inQuery.status, 400);
  });
});

describe('attack on what is kept', () => {
  it('while it cannot be read nobody gets in or gets anything, and afterwards everybody goes on', async (t) => {
    const server = await startAuthorizationServer(t);
    const { access, refresh } = await server.signIn();
    const { judge } = door(server);
    assert.equal(await judge(access), 'ada');
    renameSync(server.path, `${server.path}.away`);
    assert.equal(await judge(access), 'revocations_unknown');
    const refused = await server.refresh(refresh);
    assert.deepEqual([refused.status, refused.body.error], [503, 'temporarily_unavailable']);
    renameSync(`${server.path}.away`, server.path);
    assert.equal(await judge(access), 'ada');
    assert.equal((await server.refresh(refresh)).status, 200);
  });

  it('what cannot be recorded is not given', async (t) => {
    const server = await startAuthorizationServer(t);
    const got = await server.code();
    server.parts.gateway.ledger.refusing = () => LATCHED;
    const answer = await exchange(server, got);
    assert.deepEqual([answer.status, answer.body.error], [503, 'temporarily_unavailable']);
  });

  it('nothing of it is told to whoever sends another host name', async (t) => {
    const server = await startAuthorizationServer(t);
    const query = new URLSearchParams({
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      resource: server.resource,
    });
    const answer = await server.get(`/oauth/authorize?${query.toString()}`, {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    assert.equal(JSON.stringify([...answer.headers]).includes('evil.example'), false);
    assert.match(answer.headers.get('location') ?? '', /^\/signin\/interaction\//);
  });
});

describe('attack by the device flow', () => {
  it('a link brings no code to the page: it is typed, confirmed, and only then gives tokens', async (t) => {
    const server = await startAuthorizationServer(t);
    const asked = await server.post('/oauth/device', { client_id: 'editor', resource: server.resource });
    const started = (await asked.json()) as {
      device_code: string;
      user_code: string;
      verification_uri_complete: string;
    };
    const poll = () =>
      server.token({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: 'editor',
        device_code: started.device_code,
      });
    assert.equal((await poll()).body.error, 'authorization_pending');
    const linked = await server.get(
      new URL(started.verification_uri_complete).pathname + new URL(started.verification_uri_complete).search,
    );
    const page = await linked.text();
    assert.equal(page.includes(started.user_code), false);
    assert.match(page, /Somebody else sent you a code\?/);
    const cookie = linked.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const forged = await server.post(
      '/device',
      { xsrf: 'x', user_code: started.user_code, confirm: 'yes' },
      { cookie },
    );
    assert.equal(forged.status, 400);
    const foreign = await server.post(
      '/device',
      { xsrf, user_code: started.user_code, confirm: 'yes' },
      { cookie, 'sec-fetch-site': 'cross-site' },
    );
    assert.equal(foreign.status, 403);
    assert.equal((await poll()).body.error, 'authorization_pending');
  });
});
