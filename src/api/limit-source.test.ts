import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createApi } from '#api/app.ts';
import { ROUTES } from '#api/routes.ts';
import { createHopServer } from '#gateway/hop.ts';
import { LIMITS } from '#limits.ts';
import { apiParts, AUDITOR_TOKEN, by, listenApi } from '#test/fakes/api.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';

const PATHS = [
  '/api/openapi.json',
  '/.well-known/oauth-protected-resource/api',
  '/api/v1/checkpoint',
  '/api/v1/nowhere',
];
const asking = (token: string, path = '/api/v1/checkpoint') => ({ method: 'GET', path, headers: by(token) });

test('an address over its rate is refused whatever it asks for, here and at /mcp, and told when to ask again', async (t) => {
  for (const path of PATHS) {
    const limits = { sourceRequestsPerSecond: 0.5, sourceRequestsBurst: 1 };
    const { ask, gateway } = await listenApi(t, ROUTES, { limits });
    const first = await ask(asking(AUDITOR_TOKEN, path));
    assert.notEqual(first.status, 429, path);
    const { status, headers, text } = await ask(asking(AUDITOR_TOKEN, path));
    assert.deepEqual(
      [status, headers['content-type'], headers['retry-after'], headers['ratelimit-policy'], headers['ratelimit']],
      [429, 'application/problem+json', '2', '"source";q=1;w=2', '"source";r=0;t=2'],
      path,
    );
    assert.equal((JSON.parse(text) as { code: string }).code, 'rate_limited');
    assert.equal(headerOf(gateway.ledger.unwaited[0]).reason, 'source_rate');
    assert.equal((await ask({ path: '/mcp/notes' })).status, 429);
    gateway.advance(2_000);
    assert.equal((await ask(asking(AUDITOR_TOKEN, path))).status, first.status, path);
  }
});

test('an address of refused tokens is heard no more until its window is over, but for tokens that are known', async (t) => {
  const limits = { refusalsPerSourcePerWindow: 1, refusalWindowMs: 3_000 };
  const { ask, gateway } = await listenApi(t, ROUTES, { limits });
  gateway.identity.remembers = (token) => token === AUDITOR_TOKEN;
  assert.equal((await ask(asking('guess'))).status, 401);
  for (const path of PATHS) {
    const { status, headers } = await ask(asking('guess', path));
    assert.deepEqual(
      [status, headers['retry-after'], headers['ratelimit']],
      [429, '3', '"source-refusals";r=0;t=3'],
      path,
    );
  }
  assert.equal((await ask({ path: '/mcp/notes', headers: by('guess') })).status, 429);
  assert.equal((await ask(asking(AUDITOR_TOKEN))).status, 200);
  gateway.advance(3_000);
  assert.equal((await ask(asking('guess'))).status, 401);
});

test('an address that a good token came from is given the room of known addresses', async (t) => {
  const limits = { refusalsPerSourcePerWindow: 1, refusalsPerKnownSourcePerWindow: 3 };
  const { ask } = await listenApi(t, ROUTES, { limits });
  const statuses = [];
  for (const token of [AUDITOR_TOKEN, 'guess', 'guess', 'guess', 'guess'])
    statuses.push((await ask(asking(token))).status);
  assert.deepEqual(statuses, [200, 401, 401, 401, 429]);
});

test('requests without a token, which a web page can cause, shut nobody out', async (t) => {
  const { origin } = await listenApi(t, ROUTES, { limits: { refusalsPerSourcePerWindow: 1 } });
  for (let at = 0; at < 3; at += 1) {
    const response = await fetch(`${origin}/api/v1/checkpoint`);
    await response.text();
    assert.equal(response.status, 401);
  }
});

test('what another worker carried here counts for the address of its client', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-api-hop-'));
  const socketPath = join(folder, 'a.sock');
  const gateway = fakeGateway();
  const { listener } = createApi(apiParts(gateway), ROUTES);
  const server = createHopServer(listener, LIMITS).listen(socketPath);
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await once(server, 'listening');
  const headers = { ...by('guess'), 'x-gatebook-peer': '203.0.113.9' };
  const request = httpRequest({ socketPath, path: '/api/v1/checkpoint', headers, agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 401);
  gateway.refusals.flush();
  assert.equal(headerOf(gateway.ledger.unwaited[0]).source, '203.0.113.9');
});
