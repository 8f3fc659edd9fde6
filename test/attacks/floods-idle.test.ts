/** Ten thousand connections that do nothing, from a process of their own: room for real callers, and what is said when there is none. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '#limits.ts';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import type { TestGateway } from '../e2e/harness.ts';
import { openRawClient } from '../fakes/raw-client.ts';

const CALL = JSON.stringify(toolCall('get_note'));
const COUNT = LIMITS.clientConnections;
const MEMORY_BYTES_MAX = 400 * 1024 * 1024;

/** Files this process may open; undefined where the system does not say it this way. */
function openFilesMax(): number | undefined {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return line === 'unlimited' ? Infinity : Number(line);
  } catch {
    return undefined;
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 3_000; turn += 1) {
    if (await condition()) return;
    await new Promise((next) => {
      setTimeout(next, 10);
    });
  }
  throw new Error('the condition never held');
}

/** `count` idle connections in a child process; resolves when they are open. */
async function openIdle(t: TestContext, port: number, count: number): Promise<{ readonly end: () => void }> {
  const script = fileURLToPath(new URL('../fakes/idle-clients.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, String(port), String(count)],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  t.after(() => child.kill());
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => said.includes('\n'));
  assert.match(said, /^open \d+\n$/);
  return { end: () => child.stdin.end() };
}

const connections = (gateway: TestGateway): Promise<number> =>
  new Promise((resolve, reject) => {
    gateway.composed.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

const files = openFilesMax();
const skip =
  files === undefined
    ? 'the number of files a process may open is not known here'
    : files < COUNT + 500
      ? `a process may open ${files} files, ${COUNT + 500} are needed (ulimit -n)`
      : false;

test(
  'with ten thousand idle connections callers are served; the next one over is told, and all is as before when they end',
  { skip },
  async (t) => {
    const gateway = await startTestGateway(t, { limits: { headersReceiveMs: 120_000, requestReceiveMs: 120_000 } });
    const port = Number(new URL(gateway.origin).port);
    const once = { connection: 'close' };
    const waiting = await openRawClient(port);
    t.after(() => waiting.leave());
    const records = (await gateway.records()).length;
    const memory = process.memoryUsage.rss();

    const many = await openIdle(t, port, COUNT - 10);
    await until(async () => (await connections(gateway)) === COUNT - 9);
    assert.equal((await gateway.post('notes', CALL, once)).status, 200, 'there is room for a caller');
    const grown = process.memoryUsage.rss() - memory;
    assert.ok(grown < MEMORY_BYTES_MAX, `${Math.round(grown / 1024 / 1024)} MiB more`);

    const last = await openIdle(t, port, 9);
    await until(async () => (await connections(gateway)) === COUNT);
    const refused = await gateway.post('notes', CALL, once);
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5'], refused.text);
    assert.match(refused.text, /"code":"rate_limited","executed":"no"/);
    const health = await fetch(`${gateway.origin}/healthz`, { headers: once });
    assert.equal(health.status, 200, 'the process says that it lives');
    waiting.send(
      `POST /mcp/notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n`,
    );
    assert.match(await waiting.closed(), /^HTTP\/1\.1 401 /, 'who had a place keeps it');

    last.end();
    many.end();
    await until(async () => (await connections(gateway)) === 0);
    assert.equal((await gateway.post('notes', CALL, once)).status, 200);
    gateway.flushRefusals();
    const record = await gateway.recordWhere(({ header }) => header?.reason === 'connections');
    assert.equal(record.header?.code, 'rate_limited');
    assert.ok((await gateway.records()).length - records <= 10);
  },
);

test('one address cannot take all the connections', async (t) => {
  const gateway = await startTestGateway(t, {
    limits: { connectionsPerSource: 20, headersReceiveMs: 120_000, requestReceiveMs: 120_000 },
  });
  const port = Number(new URL(gateway.origin).port);
  const clients = await Promise.all(Array.from({ length: 60 }, () => openRawClient(port, '127.0.0.5')));
  t.after(() => clients.forEach((client) => client.leave()));
  await until(async () => (await connections(gateway)) === 20);
  const late = await openRawClient(port, '127.0.0.5');
  t.after(() => late.leave());
  late.send('POST /mcp/notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n');
  assert.match(await late.closed(), /^HTTP\/1\.1 429 /);
  assert.equal((await gateway.post('notes', CALL)).status, 200);
  gateway.flushRefusals();
  const record = await gateway.recordWhere(({ header }) => header?.reason === 'connections_per_source');
  assert.equal(record.header?.source, '127.0.0.5');
});
