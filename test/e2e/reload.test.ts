/** SIGHUP: what a reload changes, what it keeps, and that a refused one changes nothing. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createGatedDisk } from '../fakes/gated-disk.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { answerWith, startFakeMcpServer } from '../fakes/mcp-server.ts';
import { CREDENTIAL, startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway, TestRecord } from './harness.ts';

const CALL = JSON.stringify(toolCall('get_note'));
const STDIO = fileURLToPath(new URL('../fakes/stdio-server.ts', import.meta.url));
const process_ = (name: string) => `  ${name}:
    upstream: { type: stdio, command: "${process.execPath}", args: ["--disable-warning=ExperimentalWarning", "${STDIO}"] }
`;
const ALLOW_ECHO = (text: string): string => text.replace('allow: ["tools/call:*"', 'allow: ["echo", "tools/call:*"');

const acts = async (gateway: TestGateway): Promise<readonly TestRecord[]> =>
  (await gateway.records()).filter(({ leaf }) => leaf.kind === 'control' && /^reload|^policy$/.test(leaf.st));
const codeOf = (reply: Reply): unknown => {
  const error = reply.json['error'] as { data?: { code?: string } } | undefined;
  const result = reply.json['result'] as { _meta?: Record<string, { code?: string }> } | undefined;
  return error?.data?.code ?? result?._meta?.['gatebook/error']?.code ?? reply.json['code'] ?? reply.status;
};

async function withProcesses(t: TestContext): Promise<TestGateway> {
  const gateway = await startTestGateway(t, {
    connections: { yaml: process_('one') + process_('two'), names: ['one', 'two'] },
  });
  assert.ok((await gateway.reload(ALLOW_ECHO)).ok);
  return gateway;
}

/** Which process answers for the connection. */
async function pidOf(gateway: TestGateway, connection: string): Promise<number> {
  const reply = await gateway.post(connection, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'echo', params: {} }));
  const { pid } = reply.json['result'] as { pid: number };
  assert.ok(pid > 0, reply.text);
  return pid;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (await holds()) return;
    await new Promise((next) => {
      setTimeout(next, 10);
    });
  }
  assert.fail(`not within ten seconds: ${what}`);
}

test('a changed grant counts from the very next call on; a call on its way keeps its policy', async (t) => {
  const gateway = await startTestGateway(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  gateway.server.answering = async (seen, response) => {
    await promise;
    await answerWith({ content: [{ type: 'text', text: 'late but allowed' }] })(seen, response);
  };
  const onItsWay = gateway.post('notes', CALL);
  await until('the call is at the server', () => gateway.server.seen.length === 1);
  const reloaded = await gateway.reload((text) =>
    text.replace('connections: [notes, masked, gone]', 'connections: [masked]'),
  );
  assert.deepEqual(reloaded, { ok: true, value: { changed: ['grants'] } });
  const refused = await gateway.post('notes', CALL);
  assert.deepEqual([refused.status, codeOf(refused)], [404, 'unknown_connection']);
  resolve();
  assert.match((await onItsWay).text, /late but allowed/);

  const [policy, reload] = await acts(gateway);
  const intent = (await gateway.records()).find(({ leaf }) => leaf.kind === 'intent');
  assert.equal(intent?.leaf.pol, policy?.leaf.pol);
  assert.notEqual(reload?.leaf.pol, policy?.leaf.pol);
  assert.deepEqual(
    [reload?.header?.detail?.['policyBefore'], reload?.header?.detail?.['policy'], reload?.header?.detail?.['changed']],
    [policy?.leaf.pol, reload?.leaf.pol, ['grants']],
  );
});

test('the record of a reload is durable before anything of it is in force', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  const before = gateway.composed.gateway;
  disk.shut();
  const reloading = gateway.reload((text) => text.replace('- { groups: ["idp:readers"]', '- { groups: ["idp:others"]'));
  await disk.waiting();
  for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
  assert.equal(gateway.composed.gateway, before);
  disk.release();
  assert.ok((await reloading).ok);
  assert.notEqual(gateway.composed.gateway, before);
});

test('a reload that cannot be recorded does not happen', async (t) => {
  const disk = createGatedDisk();
  const gateway = await startTestGateway(t, { disk });
  const before = gateway.composed.gateway;
  disk.fail();
  const refused = await gateway.reload((text) => text.replace('level: use', 'level: use'));
  assert.deepEqual(refused, { ok: false, error: { reason: 'not_recorded', problems: 1 } });
  assert.equal(gateway.composed.gateway, before);
});

test('an invalid file changes nothing: each problem is logged with its line, their number is recorded', async (t) => {
  const gateway = await startTestGateway(t);
  const before = gateway.composed.gateway;
  const refused = await gateway.reload(
    (text) => `${text.replaceAll('level: use', 'level: raed')}colour: ${CREDENTIAL}\n`,
  );
  assert.deepEqual(refused, { ok: false, error: { reason: 'invalid', problems: 3 } });
  assert.equal(gateway.composed.gateway, before);
  assert.match(gateway.log(), /gatebook\.yaml:\d+:\d+: grants\[0\]\.level: there is no level \\"raed\\"/);
  assert.match(gateway.log(), /gatebook\.yaml:\d+:\d+: colour/);
  assert.doesNotMatch(gateway.log(), new RegExp(CREDENTIAL));
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  const last = (await acts(gateway)).at(-1);
  assert.deepEqual([last?.leaf.st, last?.header?.detail], ['reload_refused', { reason: 'invalid', problems: 3 }]);
});

test('what cannot change while the gateway runs is named, and nothing else of that file is taken either', async (t) => {
  const gateway = await startTestGateway(t);
  const refused = await gateway.reload((text) =>
    text
      .replace('deployment: test', 'deployment: other')
      .replace('limits: {"approvalHoldMs":0}', 'limits: { sessions: 7 }')
      .replace('connections: [notes, masked, gone]', 'connections: [masked]'),
  );
  assert.deepEqual(refused, { ok: false, error: { reason: 'restart_needed', problems: 2 } });
  assert.match(gateway.log(), /deployment: a change of it needs a restart/);
  assert.match(gateway.log(), /limits\.sessions: a change of it needs a restart/);
  assert.equal((await gateway.post('notes', CALL)).status, 200);
});

test('a connection that did not change keeps its process, a changed one gets a new one, a removed one ends', async (t) => {
  const gateway = await withProcesses(t);
  const [one, two] = [await pidOf(gateway, 'one'), await pidOf(gateway, 'two')];
  const edited = await gateway.reload((text) =>
    text.replace(process_('two'), process_('two').replace(', args', ', env: { MODE: b }, args')),
  );
  assert.deepEqual(edited, { ok: true, value: { changed: ['connections.two'] } });
  assert.equal(await pidOf(gateway, 'one'), one);
  assert.notEqual(await pidOf(gateway, 'two'), two);
  await until('the process of the earlier configuration ends', () => !isAlive(two));
  assert.ok((await gateway.reload((text) => text.replace(process_('one'), '').replace(', one, two', ', two'))).ok);
  await until('the process of the removed connection ends', () => !isAlive(one));
  assert.equal((await gateway.post('one', CALL)).status, 404);
});

test('sessions of an unchanged connection go on, those of a changed one have ended', async (t) => {
  const gateway = await withProcesses(t);
  const begin = async (connection: string): Promise<string> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const reply = await gateway.post(
      connection,
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    );
    return reply.headers.get('mcp-session-id') ?? assert.fail(reply.text);
  };
  const echo = async (connection: string, session: string): Promise<number> =>
    (
      await gateway.post(connection, JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'echo', params: {} }), {
        'mcp-session-id': session,
      })
    ).status;
  const [one, two] = [await begin('one'), await begin('two')];
  assert.ok(
    (
      await gateway.reload((text) =>
        text.replace(process_('two'), process_('two').replace(', args', ', shared: true, args')),
      )
    ).ok,
  );
  assert.deepEqual([await echo('one', one), await echo('two', two)], [200, 404]);
});

test('the session a server gave is never shown to the server that takes its place', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.server.answering = (seen, response) => {
    response.setHeader('mcp-session-id', 'session-of-the-first-server');
    return answerWith({ protocolVersion: '2025-11-25', capabilities: {} })(seen, response);
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const begun = await gateway.post('notes', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
  const headers = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? assert.fail(begun.text) };
  assert.equal((await gateway.post('notes', CALL, headers)).status, 200);
  const second = await startFakeMcpServer();
  t.after(() => second.close());
  assert.ok((await gateway.reload((text) => text.replaceAll(gateway.server.url, second.url))).ok);
  assert.equal((await gateway.post('notes', CALL, headers)).status, 404);
  assert.deepEqual(second.seen, []);
});

test('a rotated credential is shown from the next call on, and neither it nor the one before comes down', async (t) => {
  const gateway = await startTestGateway(t);
  await gateway.post('notes', CALL);
  const next = 'rotated-credential-Hs7dPq3KfA';
  const reloaded = await gateway.reload((text) => text, { UPSTREAM_CREDENTIAL: next });
  assert.ok(reloaded.ok);
  assert.deepEqual(
    reloaded.value.changed.filter((part) => part.startsWith('connections.notes')),
    ['connections.notes (secret)'],
  );
  gateway.server.answering = answerWith({ content: [{ type: 'text', text: `was ${CREDENTIAL}, is ${next}` }] });
  const reply = await gateway.post('notes', CALL);
  assert.equal(gateway.server.seen.at(-1)?.headers.authorization, `Bearer ${next}`);
  assert.doesNotMatch(reply.text, new RegExp(`${CREDENTIAL}|${next}`));
  assert.doesNotMatch(gateway.log(), new RegExp(`${CREDENTIAL}|${next}`));
});

test('a new masked field counts for the next record, also for what a running server says by itself', async (t) => {
  const gateway = await withProcesses(t);
  await pidOf(gateway, 'one');
  assert.ok((await gateway.reload((text) => text.replace('masking: {', 'masking: { store: { fields: [badge] },'))).ok);
  gateway.server.answering = answerWith({ content: [], structuredContent: { badge: 'B-4711-badge' } });
  await gateway.post('notes', CALL);
  // The server tells what it heard, outside of any call.
  await gateway.post(
    'one',
    JSON.stringify({ jsonrpc: '2.0', method: 'notifications/x', params: { badge: 'B-4711-badge' } }),
  );
  await gateway.recordWhere(({ leaf, payload }) => leaf.st === 'late' && /heard/.test(payload?.toString() ?? ''));
  const stored = (await gateway.records()).map(({ payload }) => payload?.toString() ?? '').join('\n');
  assert.doesNotMatch(stored, /B-4711-badge/);
});

test('an issuer that is new must have usable keys, or the reload is refused; one that is known may be away', async (t) => {
  const gateway = await startTestGateway(t);
  const second = await startFakeIssuer();
  t.after(() => second.close());
  const withIssuer = (text: string): string =>
    text.replace('issuers:\n', `issuers:\n  other: { preset: okta, issuer: "${second.url}", audiences: [x] }\n`);
  second.mode = 'error';
  const refused = await gateway.reload(withIssuer);
  assert.deepEqual(refused, { ok: false, error: { reason: 'issuer_unusable', problems: 1 } });
  second.mode = 'ok';
  const fetches = gateway.issuer.fetches.jwks;
  rmSync(join(gateway.dataDir, 'keys', 'issuers'), { recursive: true });
  assert.ok((await gateway.reload((text) => text)).ok);
  assert.equal(gateway.issuer.fetches.jwks, fetches, 'keys of the known issuer were fetched again');
  const ready = (await (await fetch(`${gateway.origin}/readyz`)).json()) as { issuers: object };
  assert.deepEqual(ready.issuers, { idp: 'ok', other: 'ok' });
  await gateway.issuer.close();
  assert.ok((await gateway.reload((text) => text.replace('other: { preset: okta', 'other: { preset: generic'))).ok);
  assert.equal((await gateway.post('notes', CALL)).status, 200);
});

test('a token of an issuer that was taken out is refused at once', async (t) => {
  const gateway = await startTestGateway(t);
  const second = await startFakeIssuer();
  t.after(() => second.close());
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  assert.ok((await gateway.reload((text) => text.replaceAll(gateway.issuer.url, second.url))).ok);
  assert.equal((await gateway.post('notes', CALL)).status, 401);
});

test('a changed role opens and closes the API from the next request on', async (t) => {
  const gateway = await startTestGateway(t);
  const token = await gateway.apiToken(['night-shift']);
  assert.equal((await gateway.api('/api/v1/checkpoint', token)).status, 403);
  const reloaded = await gateway.reload((text) =>
    text.replace('auditor: ["idp:auditors"]', 'auditor: ["idp:night-shift"]'),
  );
  assert.deepEqual(reloaded, { ok: true, value: { changed: ['roles'] } });
  assert.equal((await gateway.api('/api/v1/checkpoint', token)).status, 200);
  assert.equal((await gateway.api('/api/v1/checkpoint')).status, 403);
});

test('of several reloads at once each is whole, and the last one asked for is in force at the end', async (t) => {
  const gateway = await startTestGateway(t);
  const server = await startFakeMcpServer();
  t.after(() => server.close());
  const grants = ['[masked]', '[gone]', '[notes]', '[masked, gone]'];
  let at = '[notes, masked, gone]';
  const outcomes = await Promise.all(
    grants.map((names) =>
      gateway.reload((text) => {
        const changed = text.replace(`connections: ${at}`, `connections: ${names}`);
        at = names;
        return changed;
      }),
    ),
  );
  assert.ok(outcomes.every((outcome) => outcome.ok));
  assert.equal((await gateway.post('notes', CALL)).status, 404);
  assert.equal((await gateway.post('masked', CALL)).status, 200);
  // The first, and one for all that came while it ran.
  assert.equal((await acts(gateway)).filter(({ leaf }) => leaf.st === 'reload').length, 2);
});

test('calls that never stop coming meet no reload half done', async (t) => {
  const gateway = await startTestGateway(t);
  const running = new AbortController();
  const statuses = new Set<number>();
  const caller = async (): Promise<void> => {
    while (!running.signal.aborted) statuses.add((await gateway.post('notes', CALL)).status);
  };
  const callers = Array.from({ length: 4 }, caller);
  for (let round = 0; round < 10; round += 1) {
    const reloaded = await gateway.reload((text) =>
      text.replace(/drop_\*"(?:, "tools\/call:x\d+")?\]/, `drop_*", "tools/call:x${round}"]`),
    );
    assert.ok(reloaded.ok);
  }
  running.abort();
  await Promise.all(callers);
  assert.deepEqual([...statuses], [200]);
  const policies = new Set((await acts(gateway)).map(({ leaf }) => leaf.pol));
  assert.ok(policies.size >= 10);
  for (const { leaf } of await gateway.records())
    if (leaf.kind === 'intent') assert.ok(policies.has(leaf.pol), 'a call under a policy that was never recorded');
});
