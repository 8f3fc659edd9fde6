/** Access taken away, on a whole gateway: at once, for what is open too, in every process, and past a restart. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { register } from '#cli/revoke.ts';
import { revoke } from '#gateway/revoke.ts';
import { GATEWAY_CALLER } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { createEpochs, epochAt, isRevoked } from '#identity/epochs.ts';
import type { RevocationScope } from '#identity/revocation.ts';
import { createRevocationWatch } from '#identity/revocation-watch.ts';
import { LIMITS } from '#limits.ts';
import { openStateDb } from '#store/state-db.ts';
import type { StateDb } from '#store/state-db.ts';
import { runCommand } from '../fakes/cli.ts';
import { createGatedDisk } from '../fakes/gated-disk.ts';
import { createListeningLog, createManualClock } from '../fakes/identity.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway, TestRecord } from './harness.ts';
import { until } from './until.ts';

const CALL = JSON.stringify(toolCall('get_note'));
const PROGRESS = {
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 1, progress: 1, message: 'working' },
};

const ROBOT = (gateway: TestGateway): Caller => ({
  issuer: gateway.issuer.url,
  namespace: 'idp',
  subject: 'robot',
  kind: 'service_account',
  groups: [],
  client: 'idp:robot',
  scopes: [],
});
const robotScope = (gateway: TestGateway): RevocationScope => ({
  scope: 'caller',
  issuer: gateway.issuer.url,
  subject: 'robot',
});

const kill = (gateway: TestGateway, scope = robotScope(gateway)) =>
  revoke({ scope, reason: 'a stolen laptop', by: GATEWAY_CALLER, token: undefined }, gateway.composed.revocations);

async function mustKill(gateway: TestGateway, scope = robotScope(gateway)) {
  const killed = await kill(gateway, scope);
  assert.ok(killed.ok);
  return killed.value;
}

/** What another process on the same data directory does: there is no record of it in this one's book. */
async function otherProcessKills(t: TestContext, gateway: TestGateway, scope = robotScope(gateway)): Promise<void> {
  const other = openStateDb({
    path: join(gateway.dataDir, 'state.db'),
    limits: LIMITS,
    mark: () => undefined,
    marked: () => undefined,
    log: { warn: () => undefined },
  });
  t.after(() => other.close());
  const atMs = Date.now();
  const by = { issuer: 'x', subject: 'y' };
  await other.announce({ id: 'other', scope, atMs, epochMs: epochAt(atMs, LIMITS), reason: '', by });
  await other.enforce('other', 'b:1');
}

/** A server that begins to stream and says nothing more until told; it notices when the stream is cut. */
function talking() {
  const state = { cut: false, say: (_message: object): void => undefined };
  const answering: Answering = (_seen, response) => {
    response.on('close', () => (state.cut = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    state.say = (message) => void response.write(`data: ${JSON.stringify(message)}\n\n`);
    state.say(PROGRESS);
  };
  return { state, answering };
}

const closedAs =
  (reason: string) =>
  ({ leaf, header }: TestRecord): boolean =>
    leaf.kind === 'result' && leaf.st === 'cancelled' && header?.code === 'unauthenticated' && header.reason === reason;

test('an open stream of a revoked caller ends, upstream too, is recorded as that, and the cached token opens nothing more', async (t) => {
  const gateway = await startTestGateway(t);
  const { state, answering } = talking();
  gateway.server.answering = answering;
  const stream = await gateway.open('notes', CALL);
  await until(() => stream.received().includes('working'));

  const killed = await mustKill(gateway);
  const text = await stream.ended();
  assert.match(text, /"error":\{"code":-32603,.*"data":\{"code":"unauthenticated","executed":"unknown"/);
  assert.equal(text.split('data: ').length, 3);
  await until(() => state.cut);
  await gateway.recordWhere(closedAs('revoked'));
  const act = await gateway.recordWhere(({ leaf }) => leaf.kind === 'control' && leaf.st === 'revocation');
  assert.equal(killed.record, `a:${act.leaf.n}`);
  assert.deepEqual(act.header?.detail, { ...robotScope(gateway), epoch: new Date(killed.epochMs).toISOString() });

  const refused = await gateway.post('notes', CALL);
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  assert.equal(gateway.server.seen.length, 1);
  gateway.flushRefusals();
  await gateway.recordWhere(({ leaf, header }) => leaf.kind === 'denied' && header?.reason === 'revoked');
});

test('a call of a revoked caller that waits for its answer gets 401 with the challenge, and what the server says later is not released', async (t) => {
  const gateway = await startTestGateway(t);
  let answer = (): void => undefined;
  gateway.server.answering = (seen, response) => {
    answer = () => void answerWith({ content: [{ type: 'text', text: 'a secret' }] })(seen, response);
  };
  const reply = gateway.post('notes', CALL);
  await until(() => gateway.server.seen.length === 1);
  await mustKill(gateway);
  answer();
  const { status, headers, json, text } = await reply;
  assert.deepEqual([status, json['code'], json['executed']], [401, 'unauthenticated', 'unknown']);
  assert.match(headers.get('www-authenticate') ?? '', /resource_metadata=/);
  assert.doesNotMatch(text, /secret/);
  await gateway.recordWhere(closedAs('revoked'));
});

test('a killed client is out with every caller, and others are not', async (t) => {
  const gateway = await startTestGateway(t);
  const reader = { cid: 'reader', sub: 'rita@example.com', uid: '00urita', groups: ['readers'] };
  const rita = { authorization: `Bearer ${await gateway.token(reader)}` };
  const before = await Promise.all([gateway.post('notes', CALL), gateway.post('notes', CALL, rita)]);
  assert.deepEqual(
    before.map(({ status }) => status),
    [200, 200],
  );
  await mustKill(gateway, { scope: 'client', client: 'idp:reader' });
  const after = await Promise.all([gateway.post('notes', CALL), gateway.post('notes', CALL, rita)]);
  assert.deepEqual(
    after.map(({ status }) => status),
    [200, 401],
  );
});

test('after a global kill nobody is let in, until with a token issued after it', async (t) => {
  const gateway = await startTestGateway(t, { limits: { tokenClockSkewMs: 0 } });
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  const { epochMs } = await mustKill(gateway, { scope: 'all' });
  assert.equal((await gateway.post('notes', CALL)).status, 401);
  const fresh = await gateway.token({ cid: 'robot', jti: 'never seen', iat: Math.floor(epochMs / 1_000) });
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${fresh}` })).status, 401);
  await until(() => Math.floor(Date.now() / 1_000) * 1_000 > epochMs);
  const later = { authorization: `Bearer ${await gateway.token()}` };
  assert.equal((await gateway.post('notes', CALL, later)).status, 200);
});

test('an unseen token of an issuer whose clock is ahead is out too', async (t) => {
  const gateway = await startTestGateway(t);
  const ahead = await gateway.token({ iat: Math.floor(Date.now() / 1_000) + 50 });
  await mustKill(gateway);
  assert.equal((await gateway.post('notes', CALL, { authorization: `Bearer ${ahead}` })).status, 401);
});

test('a restart keeps revocations', async (t) => {
  const gateway = await startTestGateway(t);
  const token = { authorization: `Bearer ${await gateway.token()}` };
  const free = { cid: 'reader', sub: 'rita@example.com', uid: '00urita', groups: ['readers'] };
  const rita = { authorization: `Bearer ${await gateway.token(free)}` };
  await mustKill(gateway);
  const again = await gateway.restart();
  assert.deepEqual(
    [(await again.post('notes', CALL, token)).status, (await again.post('notes', CALL, rita)).status],
    [401, 200],
  );
});

test('a revocation that a process died over is recorded and in force after the next start', async (t) => {
  const gateway = await startTestGateway(t);
  const token = { authorization: `Bearer ${await gateway.token()}` };
  const atMs = Date.now();
  await gateway.composed.revocations.store.announce({
    id: 'a'.repeat(26),
    scope: robotScope(gateway),
    atMs,
    epochMs: epochAt(atMs, LIMITS),
    reason: 'a stolen laptop',
    by: { issuer: 'https://idp', subject: 'root' },
  });
  assert.equal((await gateway.post('notes', CALL, token)).status, 200);
  const again = await gateway.restart();
  assert.equal((await again.post('notes', CALL, token)).status, 401);
  const act = await again.recordWhere(({ leaf }) => leaf.kind === 'control' && leaf.st === 'revocation');
  assert.equal(act.header?.reason, 'a stolen laptop');
});

test('without its store, or with an older one, a start revokes everybody until now, says so and records it', async (t) => {
  const gateway = await startTestGateway(t);
  const token = { authorization: `Bearer ${await gateway.token()}` };
  await mustKill(gateway);
  await gateway.stop();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(gateway.dataDir, `state.db${suffix}`), { force: true });
  const again = await gateway.restart();
  assert.equal((await again.post('notes', CALL, token)).status, 401);
  assert.match(again.log(), /revocations may be lost/);
  const act = await again.recordWhere(({ leaf }) => leaf.kind === 'control' && leaf.st === 'revocation');
  assert.deepEqual([act.header?.caller?.kind, act.header?.detail?.['scope']], ['gateway', 'all']);
  const third = await again.restart();
  assert.doesNotMatch(third.log(), /revocations may be lost/);
});

test('a store that cannot be read refuses the start and says what to do', async (t) => {
  const gateway = await startTestGateway(t);
  await gateway.stop();
  const path = join(gateway.dataDir, 'state.db');
  writeFileSync(path, 'x'.repeat(10_000));
  await assert.rejects(gateway.restart(), /state\.db cannot be used: .*Restore it from its backup, or move it away/);
});

test('a store that vanishes while the gateway runs shuts everybody out, and its return lets them in again', async (t) => {
  const gateway = await startTestGateway(t);
  const path = join(gateway.dataDir, 'state.db');
  renameSync(path, `${path}.away`);
  await until(async () => (await gateway.post('notes', CALL)).status === 503);
  const refused = await gateway.post('notes', CALL);
  assert.deepEqual([refused.json['code'], refused.headers.get('retry-after')], ['identity_unavailable', '5']);
  const ready = await fetch(`${gateway.origin}/readyz`);
  assert.deepEqual([ready.status, (await ready.text()).includes('revocations_unknown')], [503, true]);
  assert.match(gateway.log(), /nobody is let in/);
  renameSync(`${path}.away`, path);
  await until(async () => (await gateway.post('notes', CALL)).status === 200);
});

test('what another process puts in force ends the open streams of this one, and a second identity on the file sees it', async (t) => {
  const gateway = await startTestGateway(t);
  const { state, answering } = talking();
  gateway.server.answering = answering;
  const stream = await gateway.open('notes', CALL);
  await until(() => stream.received().includes('working'));
  await otherProcessKills(t, gateway);
  assert.match(await stream.ended(), /"unauthenticated"/);
  await until(() => state.cut);
  assert.equal((await gateway.post('notes', CALL)).status, 401);
  // Within a second: one poll and one check of the calls under way.
  assert.ok(LIMITS.statePollMs + LIMITS.callerCheckMs <= 1_000);

  const epochs = createEpochs(LIMITS);
  const options = {
    path: join(gateway.dataDir, 'state.db'),
    limits: LIMITS,
    mark: () => undefined,
    marked: () => undefined,
  };
  const store: StateDb = openStateDb({ ...options, log: { warn: () => undefined } });
  t.after(() => store.close());
  const watch = createRevocationWatch({
    store,
    epochs,
    clock: createManualClock(0),
    monotonic: () => 0,
    limits: LIMITS,
    log: createListeningLog(),
  });
  await watch.start();
  const robot = ROBOT(gateway);
  assert.equal(isRevoked(robot, Date.now(), epochs), true);
  await mustKill(gateway, { scope: 'client', client: 'idp:cli' });
  const carol = { ...robot, subject: 'carol', client: 'idp:cli' };
  assert.equal(isRevoked(carol, Date.now(), epochs), false);
  await watch.poll();
  assert.equal(isRevoked(carol, Date.now(), epochs), true);
});

test('with the ledger stopped a kill is refused and nothing changes', async (t) => {
  const gateway = await startTestGateway(t);
  const token = await gateway.token();
  gateway.composed.ledger.latch(new Error('the disk is gone'));
  const refused = await kill(gateway);
  assert.deepEqual(!refused.ok && [refused.error.code, refused.error.executed], ['audit_unavailable', 'no']);
  const { store } = gateway.composed.revocations;
  assert.deepEqual([await store.announced(), await store.inForceAfter(0)], [[], []]);
  const verified = await gateway.composed.gateway.identity.verify(token, []);
  assert.equal(verified.ok, true);
});

test('a stream ends when its token ends, and says so', async (t) => {
  const gateway = await startTestGateway(t);
  const { state, answering } = talking();
  gateway.server.answering = answering;
  const short = await gateway.token({ exp: Math.floor(Date.now() / 1_000) + 2 });
  const stream = await gateway.open('notes', CALL, { authorization: `Bearer ${short}` });
  await until(() => stream.received().includes('working'));
  assert.match(await stream.ended(), /"data":\{"code":"unauthenticated","executed":"unknown"/);
  await until(() => state.cut);
  await gateway.recordWhere(closedAs('token_expired'));
});

test('a plain answer that comes shortly after the end of its token arrives; one that comes too late is withheld', async (t) => {
  for (const [expiredAnswerMs, status] of [
    [60_000, 200],
    [0, 401],
  ] as const) {
    const gateway = await startTestGateway(t, { limits: { expiredAnswerMs } });
    const expiresAt = Math.floor(Date.now() / 1_000) + 2;
    let answer = (): void => undefined;
    gateway.server.answering = (seen, response) => {
      answer = () => void answerWith({ content: [] })(seen, response);
    };
    const authorization = `Bearer ${await gateway.token({ exp: expiresAt })}`;
    const reply = gateway.post('notes', CALL, { authorization });
    await until(() => gateway.server.seen.length === 1);
    await until(() => Date.now() > expiresAt * 1_000);
    answer();
    assert.equal((await reply).status, status);
  }
});

test('a kill between the intent and its forwarding leaves the call unsent, and says that it did not run', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  await gateway.post('notes', CALL);
  disk.shut();
  const reply = gateway.post('notes', CALL);
  await disk.waiting();
  await otherProcessKills(t, gateway);
  await until(async () => !(await gateway.composed.gateway.identity.verify(await gateway.token(), [])).ok);
  disk.release();
  const { status, json } = await reply;
  assert.deepEqual([status, json['code'], json['executed']], [401, 'unauthenticated', 'no']);
  assert.equal(gateway.server.seen.length, 1);
  await gateway.recordWhere(closedAs('revoked'));
});

test('a kill between the record of an answer and its release leaves it unreleased, and the book says so', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  gateway.server.answering = (seen, response) => {
    disk.shut();
    return answerWith({ content: [{ type: 'text', text: 'a secret' }] })(seen, response);
  };
  const reply = gateway.post('notes', CALL);
  await disk.waiting();
  await otherProcessKills(t, gateway);
  await until(async () => !(await gateway.composed.gateway.identity.verify(await gateway.token(), [])).ok);
  disk.release();
  const { status, text } = await reply;
  assert.equal(status, 401);
  assert.doesNotMatch(text, /secret/);
  const late = await gateway.recordWhere(({ leaf }) => leaf.kind === 'stream' && leaf.st === 'late');
  assert.deepEqual([late.header?.reason, late.payload], ['revoked', null]);
});

test('a kill before the intent leaves no intent, however slowly the body comes', async (t) => {
  const gateway = await startTestGateway(t);
  const authorization = `Bearer ${await gateway.token()}`;
  const headers = { authorization, 'content-type': 'application/json', 'content-length': '1000' };
  const slow = request(gateway.url('notes'), { method: 'POST', headers });
  const answered = new Promise<number | undefined>((resolve) => {
    slow.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
  });
  slow.on('error', () => undefined);
  slow.write('{');
  await until(() => gateway.composed.gateway.admission.inFlight() === 1);
  await mustKill(gateway);
  assert.equal(await answered, 401);
  slow.destroy();
  const denied = await gateway.recordWhere(({ leaf }) => leaf.kind === 'denied' && leaf.st === 'unauthenticated');
  assert.equal(denied.header?.caller?.subject, 'robot');
  assert.equal(
    (await gateway.records()).some(({ leaf }) => leaf.kind === 'intent'),
    false,
  );
});

test('the server process of a killed caller stops, and the legacy session is unknown', async (t) => {
  const echo = new URL('../fakes/stdio-server.ts', import.meta.url).pathname;
  const yaml = `  local:
    upstream: { type: stdio, command: "${process.execPath}", args: ["${echo}"] }
`;
  const gateway = await startTestGateway(t, {
    connections: { yaml, names: ['local'] },
    limits: { tokenClockSkewMs: 0 },
  });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const begun = await gateway.post('local', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
  const { pid } = begun.json['result'] as { pid: number };
  const session = begun.headers.get('mcp-session-id') ?? '';
  assert.equal(process.kill(pid, 0), true);
  const { epochMs } = await mustKill(gateway);
  await until(() => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
  await until(() => Math.floor(Date.now() / 1_000) * 1_000 > epochMs);
  const authorization = `Bearer ${await gateway.token()}`;
  const after = await gateway.post('local', CALL, { authorization, 'mcp-session-id': session });
  assert.deepEqual(
    [after.status, (after.json['error'] as { data: { code: string } }).data.code],
    [404, 'unknown_session'],
  );
});

test('an admin kills through the API, everybody and so himself, and through the command line', async (t) => {
  const gateway = await startTestGateway(t, { limits: { tokenClockSkewMs: 0 } });
  const post = async (token: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const url = `${gateway.origin}/api/v1/revocations`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const all = { scope: 'all', reason: 'a leaked signing key' };
  assert.equal((await post(await gateway.apiToken(['auditors']), all)).status, 403);
  assert.equal((await post(await gateway.token(), all)).status, 401);
  const admin = await gateway.apiToken(['admins']);
  const killed = await post(admin, all);
  assert.deepEqual([killed.status, killed.json['revokesYou']], [201, true]);
  assert.equal((await post(admin, all)).status, 401);
  assert.equal((await gateway.post('notes', CALL)).status, 401);
  const act = await gateway.recordWhere(({ leaf }) => leaf.kind === 'control' && leaf.st === 'revocation');
  assert.deepEqual([act.header?.caller?.subject, act.header?.reason], ['00uida', all.reason]);

  const epochMs = Date.parse(String(killed.json['epoch']));
  await until(() => Math.floor(Date.now() / 1_000) * 1_000 > epochMs);
  const fresh = { authorization: `Bearer ${await gateway.token()}` };
  assert.equal((await gateway.post('notes', CALL, fresh)).status, 200);
  const run = await runCommand(
    register,
    ['revoke', '--caller', gateway.issuer.url, 'robot', '--reason', 'again', '--url', gateway.origin],
    { cwd: '/', env: { GATEBOOK_TOKEN: await gateway.apiToken(['admins']) } },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal((await gateway.post('notes', CALL, fresh)).status, 401);
});

test('an admin who is revoked while the body of a revocation is on its way takes nothing away any more', async (t) => {
  const gateway = await startTestGateway(t);
  const stolen = { uid: '00ueve', sub: 'eve@example.com' };
  const body = JSON.stringify({ scope: 'all', reason: 'to do harm' });
  const slow = request(`${gateway.origin}/api/v1/revocations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await gateway.apiToken(['admins'], stolen)}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = new Promise<number>((resolve) => {
    slow.once('response', (response) => resolve(response.resume().statusCode ?? 0));
    slow.once('error', () => resolve(0));
  });
  slow.flushHeaders();
  slow.write(body.slice(0, 4));
  await mustKill(gateway, { scope: 'caller', issuer: gateway.issuer.url, subject: stolen.uid });
  slow.end(body.slice(4));
  assert.notEqual(await answered, 201);
  assert.equal((await gateway.post('notes', CALL)).status, 200, 'everybody else still is somebody');
});
