/** API keys of service accounts on a whole gateway: what one opens, what it does not, and how soon it is over. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { z } from 'zod';
import { KeyMade } from '#api/contract/key.ts';
import { LIMITS } from '#limits.ts';
import { openApiKeyStore } from '#store/api-keys.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway, TestRecord } from './harness.ts';
import { until } from './until.ts';

const POLICY = `levels:
  use: { allow: ["tools/call:*"], deny: ["tools/call:drop_*"] }
  look: { allow: ["tools/call:get_*"] }
grants:
  - { clients: ["gatebook:bot"], connections: [notes, masked], level: use }
serviceAccounts:
  bot: { owner: "idp:00uida", purpose: tests, connections: [notes, masked] }
`;
const CALL = JSON.stringify(toolCall('get_note'));

const start = (t: TestContext, policy = POLICY): Promise<TestGateway> => startTestGateway(t, { policy });

async function asAdmin(gateway: TestGateway, method: string, path: string, body?: object) {
  const response = await fetch(`${gateway.origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await gateway.apiToken(['admins'])}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

async function makeKey(
  gateway: TestGateway,
  more: object = {},
): Promise<z.output<typeof KeyMade> & { readonly by: Headers }> {
  const made = await asAdmin(gateway, 'POST', '/api/v1/keys', { account: 'bot', ...more });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const key = KeyMade.parse(made.json);
  return { ...key, by: { authorization: `Bearer ${key.key}` } };
}
type Headers = Readonly<Record<string, string>>;

const denied =
  (reason: string) =>
  ({ leaf, header }: TestRecord): boolean =>
    leaf.kind === 'denied' && header?.reason === reason;

/** A server that begins to stream and says nothing more; it notices when the stream is cut. */
function talking() {
  const state = { cut: false };
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
  const answering: Answering = (_seen, response) => {
    response.on('close', () => (state.cut = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(progress)}\n\n`);
  };
  return { state, answering };
}

async function openStream(gateway: TestGateway, by: Headers) {
  const { state, answering } = talking();
  gateway.server.answering = answering;
  const stream = await gateway.open('notes', CALL, by);
  await until(() => stream.received().includes('progressToken'));
  return { stream, state };
}

/** That a stream was ended in the middle, towards the server too, and is recorded as that. */
async function endsMidStream(gateway: TestGateway, { stream, state }: Awaited<ReturnType<typeof openStream>>) {
  const text = await stream.ended();
  assert.match(text, /"data":\{"code":"unauthenticated","executed":"unknown"/);
  await until(() => state.cut);
  await gateway.recordWhere(({ leaf, header }) => leaf.st === 'cancelled' && header?.reason === 'revoked');
}

test('a key is its account: it calls what the account may, the record names account and key, and the key is in no record', async (t) => {
  const gateway = await start(t);
  const { key, id, by } = await makeKey(gateway);
  assert.equal((await gateway.post('notes', CALL, by)).status, 200);
  const { header } = await gateway.recordWhere(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual(header?.caller, {
    issuer: gateway.origin,
    subject: 'bot',
    kind: 'service_account',
    groups: [],
  });
  assert.deepEqual([header?.client?.id, header?.key], ['gatebook:bot', id]);
  const created = await gateway.recordWhere(({ leaf }) => leaf.st === 'key_created');
  assert.equal(created.header?.detail?.['key'], id);
  const records = JSON.stringify(await gateway.records());
  for (const text of [records, gateway.log()]) assert.ok(!text.includes(key.slice(4, 30)));
  assert.ok(gateway.server.seen.every((seen) => !JSON.stringify(seen).includes(key.slice(4, 30))));
});

test('a key of a level has no more than that: calls above it are denied with the exact reason in the book, lists show less', async (t) => {
  const gateway = await start(t);
  const { by } = await makeKey(gateway, { level: 'look' });
  assert.equal((await gateway.post('notes', CALL, by)).status, 200);
  const above = await gateway.post('notes', JSON.stringify(toolCall('put_note')), by);
  assert.match(above.text, /Policy does not allow this call/);
  assert.ok(!above.text.includes('key'));
  const record = await gateway.recordWhere(({ leaf }) => leaf.kind === 'denied');
  assert.equal(record.header?.decision?.reason, 'above_key_level');
});

test('a key opens the connections it is for; another is as if it did not exist, and the book says why', async (t) => {
  const gateway = await start(t);
  const { by, id } = await makeKey(gateway, { connections: ['masked'] });
  assert.equal((await gateway.post('masked', CALL, by)).status, 200);
  const [other, nowhere] = [await gateway.post('notes', CALL, by), await gateway.post('nowhere', CALL, by)];
  assert.deepEqual([other.status, nowhere.status], [404, 404]);
  const withoutCall = (text: string): string => text.replaceAll(/[0-9a-z]{26}/g, '');
  assert.equal(withoutCall(other.text), withoutCall(nowhere.text));
  const record = await gateway.recordWhere(denied('key_connection'));
  assert.deepEqual([record.header?.key, record.header?.client?.id], [id, 'gatebook:bot']);
  const free = await makeKey(gateway);
  assert.equal((await gateway.post('private', CALL, free.by)).status, 404);
  await gateway.recordWhere(denied('account_connection'));
});

test('a key is for /mcp alone and only as a bearer token: not for the API, not in the query, not in a cookie', async (t) => {
  const gateway = await start(t);
  const { key, by } = await makeKey(gateway);
  assert.equal((await gateway.api('/api/v1/events', key)).status, 401);
  const none = { authorization: undefined };
  for (const [path, headers] of [
    [`notes?access_token=${key}`, none],
    [`notes?key=${key}&api_key=${key}`, none],
    ['notes', { ...none, cookie: `gatebook=${key}; access_token=${key}` }],
    ['notes', { ...none, 'x-api-key': key }],
    ['notes', { authorization: `Basic ${Buffer.from(`bot:${key}`).toString('base64')}` }],
  ] as const) {
    const refused = await gateway.post(path, CALL, headers);
    assert.equal(refused.status, 401, path);
    assert.ok(!/error=/.test(refused.headers.get('www-authenticate') ?? ''), 'it was not looked at');
  }
  assert.equal(gateway.server.seen.length, 0);
  assert.equal((await gateway.post('notes', CALL, by)).status, 200);
});

test('a key of a network is refused from elsewhere like an unknown one; what a client claims of its address does not count, what a trusted proxy says does', async (t) => {
  const gateway = await start(t);
  const { by, id } = await makeKey(gateway, { networks: ['10.0.0.0/8'] });
  const unknown = await gateway.post('notes', CALL, { authorization: `Bearer gbk_${'0'.repeat(49)}` });
  const from = (forwarded: string | undefined) =>
    gateway.post('notes', CALL, forwarded === undefined ? by : { ...by, 'x-forwarded-for': forwarded });
  for (const claimed of [undefined, '10.1.2.3', '10.1.2.3, 10.1.2.4']) {
    const refused = await from(claimed);
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('www-authenticate'), unknown.headers.get('www-authenticate'));
  }
  gateway.flushRefusals();
  const record = await gateway.recordWhere(denied('wrong_network'));
  assert.deepEqual([record.header?.key, record.header?.client?.id], [id, 'gatebook:bot']);
  assert.equal(gateway.server.seen.length, 0);

  const trusting = await gateway.reload((text) =>
    text.replace('server: { ', `server: { trustedProxies: [127.0.0.1], publicUrl: "${gateway.origin}", `),
  );
  assert.ok(trusting.ok, JSON.stringify(trusting));
  const statuses = [];
  // The proxy's own word stands last; what was there before is the client's claim.
  for (const forwarded of ['10.1.2.3', '192.0.2.7, 10.1.2.3', '10.1.2.3, 192.0.2.7', undefined])
    statuses.push((await from(forwarded)).status);
  assert.deepEqual(statuses, [200, 200, 401, 401]);
});

test('a revoked key is out within a second, in the middle of a stream too, and stays out over a restart', async (t) => {
  const gateway = await start(t);
  const { by, id } = await makeKey(gateway);
  const open = await openStream(gateway, by);
  const revoked = await asAdmin(gateway, 'DELETE', `/api/v1/keys/${id}`);
  assert.equal(revoked.status, 200);
  const refused = await gateway.post('notes', CALL, by);
  assert.equal(refused.status, 401);
  await endsMidStream(gateway, open);
  await gateway.recordWhere(({ leaf, header }) => leaf.st === 'key_revoked' && header?.detail?.['key'] === id);
  const again = await gateway.restart();
  assert.equal((await again.post('notes', CALL, by)).status, 401);
});

test('a key that another process revoked is out here too, although it was used a moment ago', async (t) => {
  const gateway = await start(t);
  const { by, id } = await makeKey(gateway);
  const open = await openStream(gateway, by);
  const other = openApiKeyStore({ path: join(gateway.dataDir, 'state.db'), limits: LIMITS });
  t.after(() => other.close());
  await other.write({ act: 'end', id, atMs: Date.now() });
  assert.equal((await gateway.post('notes', CALL, by)).status, 401);
  await endsMidStream(gateway, open);
});

test('a reload that removes an account, or says that it is over, ends its keys and what they opened', async (t) => {
  for (const [change, reason] of [
    [
      (text: string) =>
        text
          .replace(/^ {2}bot: .*\n/m, '')
          .replace(/^ {2}- \{ clients: \["gatebook:bot"\].*\n/m, '')
          .replace('serviceAccounts:\n', '')
          .replace('grants:\n', 'grants: []\n'),
      'malformed_token',
    ],
    [(text: string) => text.replace('purpose: tests', 'purpose: tests, until: 2001-01-01'), 'account_ended'],
    [(text: string) => text.replaceAll('bot', 'other'), 'unknown_account'],
  ] as const) {
    const gateway = await start(t);
    const { by } = await makeKey(gateway);
    const open = await openStream(gateway, by);
    const reloaded = await gateway.reload(change);
    assert.ok(reloaded.ok, JSON.stringify(reloaded));
    assert.equal((await gateway.post('notes', CALL, by)).status, 401);
    await endsMidStream(gateway, open);
    gateway.flushRefusals();
    await gateway.recordWhere(denied(reason));
  }
});

test('an account that may reach less after a reload loses what it opened there, and keeps the rest', async (t) => {
  const gateway = await start(t);
  const { by } = await makeKey(gateway);
  const reloaded = await gateway.reload((text) =>
    text.replace('connections: [notes, masked] }\n', 'connections: [masked] }\n'),
  );
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
  assert.deepEqual(
    [(await gateway.post('notes', CALL, by)).status, (await gateway.post('masked', CALL, by)).status],
    [404, 200],
  );
});

test('revoking the account ends its keys for good, and one made afterwards counts at once', async (t) => {
  const gateway = await start(t);
  const { by, id } = await makeKey(gateway);
  for (const body of [
    { scope: 'client', client: 'gatebook:bot', reason: 'a test' },
    { scope: 'caller', issuer: gateway.origin, subject: 'bot', reason: 'a test' },
  ]) {
    const { by: later } = await makeKey(gateway);
    assert.equal((await gateway.post('notes', CALL, later)).status, 200);
    assert.equal((await asAdmin(gateway, 'POST', '/api/v1/revocations', body)).status, 201);
    assert.equal((await gateway.post('notes', CALL, later)).status, 401);
    assert.equal((await gateway.post('notes', CALL, by)).status, 401);
    await until(async () => {
      const { json } = await asAdmin(gateway, 'GET', '/api/v1/keys');
      return (json as { status: string }[]).every(({ status }) => status === 'revoked');
    });
    // In the same millisecond a key still counts as made before.
    const ended = Date.now();
    await until(() => Date.now() > ended);
  }
  assert.match(id, /^[0-9a-f]{16}$/);
  const fresh = await makeKey(gateway);
  assert.equal((await gateway.post('notes', CALL, fresh.by)).status, 200);
});

test('a session that was begun with one key is not gone on with by a key that may have less, or more', async (t) => {
  const gateway = await start(t);
  const [wide, narrow] = [await makeKey(gateway), await makeKey(gateway, { level: 'look' })];
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  gateway.server.answering = (seen, response) => {
    response.setHeader('mcp-session-id', 'server-session');
    answerWith({
      content: [],
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 's', version: '1' },
    })(seen, response);
  };
  const begun = await gateway.post(
    'notes',
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    wide.by,
  );
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  assert.notEqual(session['mcp-session-id'], '');
  assert.equal((await gateway.post('notes', CALL, { ...wide.by, ...session })).status, 200);
  assert.equal((await gateway.post('notes', CALL, { ...narrow.by, ...session })).status, 404);
});

test('what was used is listed with its day, without a call waiting for it', async (t) => {
  const gateway = await start(t);
  const { by } = await makeKey(gateway);
  await gateway.post('notes', CALL, by);
  const again = await gateway.restart();
  const { json } = await asAdmin(again, 'GET', '/api/v1/keys');
  assert.equal((json as { lastUsedOn?: string }[])[0]?.lastUsedOn, new Date().toISOString().slice(0, 10));
});
