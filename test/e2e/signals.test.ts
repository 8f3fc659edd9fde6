/** What SIGTERM, SIGINT and SIGHUP do to a real process. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { answerWith } from '../fakes/mcp-server.ts';
import type { Answering } from '../fakes/mcp-server.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import type { Leaf } from '#ledger/record.ts';
import { gatebook, prepareSite, startServing, until } from './site.ts';
import type { Answer, Site } from './site.ts';

type Kept = { readonly leaf: Leaf; readonly header: Record<string, unknown> };

async function recordsOf(site: Site): Promise<readonly Kept[]> {
  const keys = await openKeyReader({ disk: nodeDisk, dir: join(site.data, 'keys') });
  assert.ok(keys.ok);
  const dir = join(site.data, 'ledger', 'a');
  const reader = createLedgerReader({ disk: nodeDisk, dir, origin: 'site/a', keys: keys.value });
  const records: Kept[] = [];
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 1_000);
    assert.ok(page.ok);
    if (page.value.records.length === 0) return records;
    for (const { leaf, header } of page.value.records)
      records.push({ leaf, header: JSON.parse(header ?? '{}') as Record<string, unknown> });
    from = page.value.next;
  }
}

const wordsOf = (records: readonly Kept[]): readonly string[] => records.map(({ leaf }) => `${leaf.kind} ${leaf.st}`);

/** Answers `slow` when told to, `stream` never, after one event. */
function heldServer(): { readonly answering: Answering; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    release: resolve,
    answering: async (seen, response) => {
      const name = seen.message?.params?.['name'];
      if (name === 'slow') await promise;
      if (seen.message?.method === 'initialize') response.setHeader('mcp-session-id', 'session-of-the-server');
      if (name !== 'stream') return answerWith({ content: [{ type: 'text', text: 'done' }] })(seen, response);
      const message = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'begun' } };
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${JSON.stringify(message)}\n\n`);
    },
  };
}

const codeOf = async (response: Answer): Promise<unknown> => {
  const body = (await response.json()) as { error?: { data?: object } };
  return body.error?.data === undefined ? response.status : { ...body.error.data, call: undefined };
};

const isLeaving = async (site: Site): Promise<boolean> => (await site.get('/readyz')).status === 503;

async function idleConnection(site: Site): Promise<{ readonly socket: Socket; readonly closed: () => boolean }> {
  let isClosed = false;
  const socket = connect(site.port, '127.0.0.1');
  socket.on('close', () => (isClosed = true)).on('error', () => undefined);
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  await answered;
  return { socket, closed: () => isClosed };
}

test('SIGTERM: not ready at once, no new calls, those on their way end well, then the record of a clean stop', async (t) => {
  const site = await prepareSite(t);
  const held = heldServer();
  site.server.answering = held.answering;
  const serving = await site.serve();
  const idle = await idleConnection(site);
  const slow = site.call('slow');
  await until('the call is at the server', () => site.server.seen.length === 1);
  serving.child.kill('SIGTERM');
  await until('not ready', () => isLeaving(site));
  await until('idle connections are closed', idle.closed);
  const refused = await site.call('other');
  assert.equal((await site.get('/healthz')).headers.get('connection'), 'close');
  assert.deepEqual(await codeOf(refused), { code: 'stopping', executed: 'no', call: undefined });
  held.release();
  assert.match(await (await slow).text(), /done/);
  assert.equal(await serving.ended, 0);
  assert.equal(existsSync(join(site.data, 'gateway.pid')), false);
  const words = wordsOf(await recordsOf(site));
  assert.deepEqual(words.slice(-1), ['control stop']);
  assert.ok(words.includes('result ok'));
  assert.equal(site.server.seen.length, 1);
});

test('what outlasts the time to stop gets an error and a record, and the next start finds nothing open', async (t) => {
  const site = await prepareSite(t);
  site.write('limits: { drainMs: 100 }\n');
  site.server.answering = heldServer().answering;
  const first = await site.serve();
  const slow = site.call('slow');
  const stream = await site.call('stream');
  const text = stream.text();
  await until('both are at the server', () => site.server.seen.length === 2);
  first.child.kill('SIGTERM');
  assert.deepEqual(await codeOf(await slow), { code: 'stopping', executed: 'unknown', call: undefined });
  const [, last] = (await text).trim().split('\n\n');
  const error = JSON.parse((last ?? '').replace(/^data: /m, '')) as { error: { data: Record<string, unknown> } };
  assert.deepEqual([error.error.data['code'], error.error.data['executed']], ['stopping', 'unknown']);
  assert.equal(await first.ended, 0);
  const second = await site.serve();
  second.child.kill('SIGTERM');
  assert.equal(await second.ended, 0);
  const records = await recordsOf(site);
  const results = records.filter(({ leaf }) => leaf.kind === 'result');
  assert.deepEqual(
    results.map(({ leaf, header }) => [leaf.st, header['code'], header['reason']]),
    [
      ['error', 'stopping', 'cut_short'],
      ['error', 'stopping', 'cut_short'],
    ],
  );
  assert.equal(records.filter(({ leaf }) => leaf.kind === 'orphan').length, 0);
});

test('a second signal waits for no call, and the book is as whole as after the first', async (t) => {
  const site = await prepareSite(t);
  site.write('limits: { drainMs: 600000 }\n');
  site.server.answering = heldServer().answering;
  const serving = await site.serve();
  const slow = site.call('slow');
  await until('the call is at the server', () => site.server.seen.length === 1);
  serving.child.kill('SIGTERM');
  await serving.logged(/"msg":"stopping"/);
  serving.child.kill('SIGINT');
  assert.deepEqual(await codeOf(await slow), { code: 'stopping', executed: 'unknown', call: undefined });
  assert.equal(await serving.ended, 0);
  assert.equal(wordsOf(await recordsOf(site)).at(-1), 'control stop');
  const shard = join(site.data, 'ledger', 'a');
  const verified = gatebook(
    'ledger',
    'verify',
    shard,
    '--vkey',
    join(shard, 'log.vkey'),
    '--keys',
    join(site.data, 'keys'),
  );
  assert.equal(verified.status, 0, verified.stdout);
});

test('with a grace the gateway says that it is not ready while it still takes calls', async (t) => {
  const site = await prepareSite(t);
  site.write('limits: { readyGraceMs: 600000 }\n');
  const serving = await site.serve();
  serving.child.kill('SIGTERM');
  await until('not ready', () => isLeaving(site));
  assert.match(await (await site.call('find')).text(), /hello/);
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);
});

test('a client that reads nothing cannot hold up the stop', async (t) => {
  const site = await prepareSite(t);
  site.write('limits: { drainMs: 100 }\n');
  let waitingBytes = 0;
  site.server.answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const data = 'x'.repeat(128 * 1024);
    const message = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } };
    const talking = setInterval(() => {
      response.write(`data: ${JSON.stringify(message)}\n\n`);
      waitingBytes = response.writableLength;
    }, 20);
    response.once('close', () => clearInterval(talking));
  };
  const serving = await site.serve();
  const socket = connect(site.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined).pause();
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'flood', arguments: {} },
  });
  socket.write(
    `POST /mcp/parcels HTTP/1.1\r\nhost: 127.0.0.1:${site.port}\r\nauthorization: Bearer ${await site.token()}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await until('nothing moves any more', () => waitingBytes > 2 * 1024 * 1024);
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);
  assert.equal(wordsOf(await recordsOf(site)).at(-1), 'control stop');
});

const childrenOf = (parent: number): readonly number[] =>
  spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid = 0]) => pid);

const WORKERS = (text: string): string => text.replace(/(listen: [\d.:]+) \}/, '$1, workers: 2 }');

test('several workers stop as one does: calls on their way end well, whoever else signals them too', async (t) => {
  const site = await prepareSite(t);
  const held = heldServer();
  site.server.answering = held.answering;
  site.write('limits: { drainMs: 600000 }\n', WORKERS);
  const serving = await site.serve();
  await serving.logged(/every worker is ready/);
  // The session lives in one worker; the calls that reach the other one are carried there.
  const session = await site.session();
  const slow = Array.from({ length: 6 }, (_, at) => site.call('slow', at, session));
  await until('the calls are at the server', () => site.server.seen.length === slow.length + 1);
  serving.child.kill('SIGTERM');
  await until('each worker stops', () => (serving.log().match(/"worker":\d,.*"msg":"stopping"/g) ?? []).length === 2);
  // As a terminal does, and a supervisor that signals a whole group.
  const workers = childrenOf(serving.child.pid ?? 0);
  assert.equal(workers.length, 2);
  for (const pid of workers) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
  await until('each has heard it', () => (serving.log().match(/"msg":"already stopping"/g) ?? []).length >= 2);
  held.release();
  for (const answer of await Promise.all(slow)) assert.match(await answer.text(), /done/);
  assert.equal(await serving.ended, 0);
  assert.doesNotMatch(serving.log(), /without waiting for calls/);
  assert.equal(wordsOf(await recordsOf(site)).at(-1), 'control stop');
});

test('a second signal hurries every worker', async (t) => {
  const site = await prepareSite(t);
  site.server.answering = heldServer().answering;
  site.write('limits: { drainMs: 600000 }\n', WORKERS);
  const serving = await site.serve();
  await serving.logged(/every worker is ready/);
  const slow = Array.from({ length: 6 }, (_, at) => site.call('slow', at));
  await until('the calls are at the server', () => site.server.seen.length === slow.length);
  serving.child.kill('SIGTERM');
  await until('each worker stops', () => (serving.log().match(/"worker":\d,.*"msg":"stopping"/g) ?? []).length === 2);
  serving.child.kill('SIGTERM');
  for (const answer of await Promise.all(slow))
    assert.deepEqual(await codeOf(answer), { code: 'stopping', executed: 'unknown', call: undefined });
  assert.equal(await serving.ended, 0);
});

test('SIGHUP: the file is read again, a secret in a file too; a broken file is named line by line and changes nothing', async (t) => {
  const site = await prepareSite(t);
  const secret = join(site.folder, 'token');
  writeFileSync(secret, 'first-secret-of-the-server\n');
  const withSecret = (text: string): string =>
    text
      .replace('server: { type', 'server: { type')
      .replace(
        `${site.server.url}" }`,
        `${site.server.url}" }, credential: { type: bearer, secret: "file:${secret}" }`,
      );
  site.write('', withSecret);
  const serving = await site.serve();
  await site.call('one');
  writeFileSync(secret, 'second-secret-of-the-server\n');
  serving.child.kill('SIGHUP');
  await serving.logged(/configuration reloaded/);
  await site.call('two');
  const shown = site.server.seen.map(({ headers }) => headers.authorization);
  assert.deepEqual(shown, ['Bearer first-secret-of-the-server', 'Bearer second-secret-of-the-server']);

  site.write('grants_: []\nlevel: 3\n', withSecret);
  serving.child.kill('SIGHUP');
  await serving.logged(/gatebook\.yaml:9:\d+: grants_/);
  await serving.logged(/gatebook\.yaml:10:\d+: level/);
  await serving.logged(/was not reloaded/);
  rmSync(secret);
  site.write('', withSecret);
  serving.child.kill('SIGHUP');
  await serving.logged(/connections\.parcels\.credential\.secret: file .* cannot be read \(ENOENT\)/);
  assert.equal((await site.call('three')).status, 200);
  assert.doesNotMatch(serving.log(), /secret-of-the-server/);
  serving.child.kill('SIGTERM');
  assert.equal(await serving.ended, 0);
  const acts = wordsOf(await recordsOf(site)).filter((word) => word.includes('reload'));
  assert.deepEqual(acts, ['control reload', 'control reload_refused', 'control reload_refused']);
});

test('signals during the start are heeded once it is done', async (t) => {
  const site = await prepareSite(t);
  site.issuer.mode = 'slow';
  site.write('limits: { issuerFetchMs: 60000 }\n');
  const serving = startServing(t, site.config);
  await until('the issuer is asked', () => site.issuer.fetches.jwks > 0);
  serving.child.kill('SIGHUP');
  serving.child.kill('SIGTERM');
  await site.issuer.close();
  // It has no keys, so it may say that before it heeds the signal; what it may not do is die of it.
  assert.equal(await serving.ended, 3);
  assert.match(readFileSync(site.config, 'utf8'), /deployment: site/);
});
