/**
 * Tokens of the gateway's own authorization server on a whole gateway. A second process of the same data directory gives them
 * out, whose people sign in by being asked: what one process gives or ends must count in the other.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { revoke } from '#gateway/revoke.ts';
import { GATEWAY_CALLER } from '#identity/caller.ts';
import type { RevocationScope } from '#identity/revocation.ts';
import { deriveMasterKeys } from '#ledger/wrap.ts';
import { adaSignIn, startAuthorizationServer } from '../fakes/authorization-server.ts';
import type { FakeServer } from '../fakes/authorization-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';
import { until } from './until.ts';

const CALL = JSON.stringify(toolCall('get_note'));

/** `clock`: of the other process, which says how long its tokens last. */
async function start(t: TestContext, clock = Date.now) {
  const gateway = await startTestGateway(t, { signIn: {} });
  const secret = deriveMasterKeys(
    Buffer.from(readFileSync(join(gateway.dataDir, 'keys', 'master.key'), 'utf8').trim(), 'base64'),
  ).mask;
  const path = join(gateway.dataDir, 'state.db');
  const server = await startAuthorizationServer(t, { beside: { path, url: gateway.origin, secret }, clock });
  server.person = () => ({
    ...adaSignIn(server.made, clock()),
    issuer: gateway.issuer.url,
    namespace: 'idp',
    subject: 'ada',
    groups: ['idp:readers'],
  });
  return { gateway, server };
}

const call = (gateway: TestGateway, token: string, connection = 'notes'): Promise<Reply> =>
  gateway.post(connection, CALL, { authorization: `Bearer ${token}` });

/** A server that begins to stream and says nothing more; it notices when the stream is cut. */
function talking() {
  const state = { cut: false };
  const progress = { progressToken: 1, progress: 1, message: 'working' };
  const answering: Answering = (_seen, response) => {
    response.on('close', () => (state.cut = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: progress })}\n\n`,
    );
  };
  return { state, answering };
}

test('metadata names the gateway as where tokens come from, and the challenge leads there', async (t) => {
  const { gateway } = await start(t);
  const refused = await gateway.post('notes', CALL, { authorization: undefined });
  assert.equal(refused.status, 401);
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1];
  const metadata = (await (await fetch(metadataUrl ?? '')).json()) as {
    resource: string;
    authorization_servers: string[];
  };
  assert.deepEqual(metadata.authorization_servers, [gateway.origin]);
  assert.equal(metadata.resource, `${gateway.origin}/mcp/notes`);
  const own = (await (await fetch(`${gateway.origin}/.well-known/oauth-authorization-server`)).json()) as {
    issuer: string;
  };
  assert.equal(own.issuer, gateway.origin);
});

test('a token calls what its person may, as that person, through its client, and only its connection', async (t) => {
  const { gateway, server } = await start(t);
  const { access } = await server.signIn();
  const answer = await call(gateway, access);
  assert.equal(answer.status, 200, answer.text);
  const record = await gateway.recordWhere(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual(
    [record.header?.caller?.issuer, record.header?.caller?.subject, record.header?.client?.id],
    [gateway.issuer.url, 'ada', 'gatebook:editor'],
  );
  const other = await call(gateway, access, 'masked');
  assert.equal(other.status, 401);
  assert.match(other.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  const guess = await call(gateway, `${access.slice(0, -2)}xx`);
  assert.equal(guess.status, 401);
});

test('who was given a token goes on over its end by refreshing, and over a restart of the gateway', async (t) => {
  const clock = { aheadMs: -9.9 * 60_000 };
  const { gateway, server } = await start(t, () => Date.now() + clock.aheadMs);
  const first = await server.signIn();
  assert.equal((await call(gateway, first.access)).status, 200);
  // To the gateway it lasts six more seconds: nobody has to wait for them when the one after is asked for.
  clock.aheadMs = 0;
  const second = await server.refresh(first.refresh);
  assert.equal((await call(gateway, second.body.access_token ?? '')).status, 200);
  const again = await gateway.restart();
  assert.equal((await call(again, second.body.access_token ?? '')).status, 200);
  const third = await server.refresh(second.body.refresh_token ?? '');
  assert.equal((await call(again, third.body.access_token ?? '')).status, 200);
});

test('an expired token is 401 with a challenge, never 403 or 500', async (t) => {
  const { gateway, server } = await start(t, () => Date.now() - 10 * 60_000);
  const { access } = await server.signIn();
  const answer = await call(gateway, access);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /resource_metadata="/);
  assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
});

for (const how of [
  'admin kills the caller',
  'admin kills the client',
  'admin ends the grant',
  'another process ends the sign-in',
  'client revokes',
] as const)
  test(`a stream in the middle ends within a second when ${how}, and the token and its refresh are good for nothing`, async (t) => {
    const { gateway, server } = await start(t);
    const { state, answering } = talking();
    gateway.server.answering = answering;
    const { access, refresh } = await server.signIn();
    const stream = await gateway.open('notes', CALL, { authorization: `Bearer ${access}` });
    await until(() => stream.received().includes('working'));
    await end(how, gateway, server, refresh);
    const text = await stream.ended();
    assert.match(text, /"code":"unauthenticated","executed":"unknown"/);
    await until(() => state.cut);
    assert.equal((await call(gateway, access)).status, 401);
    if (how.startsWith('admin kills')) return;
    assert.equal((await server.refresh(refresh)).body.error, 'invalid_grant');
  });

async function end(how: string, gateway: TestGateway, server: FakeServer, refresh: string): Promise<void> {
  const [signIn] = server.made;
  assert.ok(signIn !== undefined);
  const kill = async (scope: RevocationScope): Promise<void> => {
    const asked = { scope, reason: 'a stolen laptop', by: GATEWAY_CALLER, token: undefined };
    assert.equal((await revoke(asked, gateway.composed.revocations)).ok, true);
  };
  switch (how) {
    case 'admin kills the caller':
      return kill({ scope: 'caller', issuer: gateway.issuer.url, subject: 'ada' });
    case 'admin kills the client':
      return kill({ scope: 'client', client: 'gatebook:editor' });
    case 'admin ends the grant': {
      const entry = server.parts.gateway.ledger.entries.find(({ st }) => st === 'token_issued');
      const { detail } = JSON.parse(entry?.header ?? '{}') as { detail: { grant: string } };
      const answer = await fetch(`${gateway.origin}/api/v1/revocations`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await gateway.apiToken(['admins'])}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ scope: 'grant', grant: detail.grant, reason: 'a stolen laptop' }),
      });
      assert.equal(answer.status, 201, await answer.text());
      return undefined;
    }
    case 'another process ends the sign-in':
      return server.parts.signIns.end(signIn.id, Date.now());
    default:
      await server.post('/oauth/revoke', { client_id: 'editor', token: refresh });
      return undefined;
  }
}

test('who takes over after a kill is told apart: a sign-in made after it counts', async (t) => {
  const { gateway, server } = await start(t);
  const before = await server.signIn();
  const scope = { scope: 'caller', issuer: gateway.issuer.url, subject: 'ada' } as const;
  const asked = { scope, reason: 'a stolen laptop', by: GATEWAY_CALLER, token: undefined };
  assert.equal((await revoke(asked, gateway.composed.revocations)).ok, true);
  assert.equal((await call(gateway, before.access)).status, 401);
  const revokedAtMs = Date.now();
  await until(() => Date.now() > revokedAtMs);
  assert.equal((await call(gateway, (await server.signIn()).access)).status, 200);
});

test('the library that serves it writes nothing to the terminal', async (t) => {
  const said: unknown[] = [];
  const { info, warn, error, log } = console;
  const hear = (...words: readonly unknown[]): void => void said.push(words);
  Object.assign(console, { info: hear, warn: hear, error: hear, log: hear });
  t.after(() => Object.assign(console, { info, warn, error, log }));
  const { gateway, server } = await start(t);
  await server.signIn();
  await fetch(`${gateway.origin}/oauth/authorize`);
  await fetch(`${gateway.origin}/oauth/token`, { method: 'POST', body: 'x' });
  await fetch(`${gateway.origin}/.well-known/openid-configuration`);
  assert.deepEqual(said, []);
});
