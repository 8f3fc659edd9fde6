/** `server.workers: 2` as a user runs it: real processes, two books, and the guarantees of one. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { watchApprovals } from '../fakes/approval-watcher.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { FakeMcpServer } from '../fakes/mcp-server.ts';
import { freePort } from './harness.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const command = ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts')];
const gatebook = (...args: readonly string[]) =>
  spawnSync(process.execPath, [...command, ...args], { encoding: 'utf8', env: { ...process.env, INIT_CWD: '' } });

type Line = { readonly worker?: number; readonly msg: string; readonly [name: string]: unknown };
type Reply = { readonly status: number; readonly session: string | undefined; readonly text: string };

type Running = {
  readonly folder: string;
  readonly config: string;
  readonly url: string;
  readonly issuer: FakeIssuer;
  readonly metricsUrl: string;
  readonly server: FakeMcpServer;
  readonly child: ChildProcess;
  readonly lines: readonly Line[];
  readonly ended: Promise<number | null>;
  line(matches: (line: Line) => boolean): Promise<Line>;
  /** One call on a TCP connection of its own, which goes to the next worker in turn. */
  call(
    connection: string,
    message: object,
    headers?: Readonly<Record<string, string>>,
    method?: string,
  ): Promise<Reply>;
  /** Process id of a worker, from the operating system. */
  workerPids(): readonly number[];
};

async function until<T>(find: () => T | undefined): Promise<T> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((wake) => {
      setTimeout(wake, 10);
    });
  }
  throw new Error('waited in vain');
}

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

async function start(t: TestContext): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-workers-'));
  const [issuer, server, port, metricsPort] = await Promise.all([
    startFakeIssuer(),
    startFakeMcpServer(),
    freePort(),
    freePort(),
  ]);
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: team
server: { listen: 127.0.0.1:${port}, workers: 2, metrics: { listen: 127.0.0.1:${metricsPort} } }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer.url}", audiences: [https://team.test], apiAudience: https://team.test/api } }
roles: { admin: ["idp:admins"], approver: ["idp:approvers"] }
rules: [{ name: hold-drops, when: 'name.startsWith("drop_")', then: hold }]
limits: { approvalHoldMs: 0 }
connections:
  web: { upstream: { type: http, url: "${server.url}" } }
  process: { upstream: { type: stdio, command: "${process.execPath}", args: ["${join(root, 'test/fakes/stdio-server.ts')}"] } }
levels: { use: { allow: ["*"] } }
grants: [{ clients: ["idp:robot"], connections: ["*"], level: use }]
`,
  );
  const child = spawn(process.execPath, [...command, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: Line[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(part.startsWith('{') ? (JSON.parse(part) as Line) : { msg: part });
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const line = (matches: (one: Line) => boolean): Promise<Line> =>
    until(() => lines.find(matches)).catch(() => {
      throw new Error(`no such line in ${JSON.stringify(lines)}`);
    });
  await line(({ msg }) => msg === 'every worker is ready');
  const token = await issuer.sign({ ver: 1, aud: 'https://team.test', cid: 'robot', sub: 'robot' });

  return {
    folder,
    config,
    url: `http://127.0.0.1:${port}`,
    issuer,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    server,
    child,
    lines,
    ended,
    line,
    call: (connection, message, headers = {}, method = 'POST') =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest(
          {
            host: '127.0.0.1',
            port,
            path: `/mcp/${connection}`,
            method,
            agent: false,
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              ...headers,
            },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            response.once('end', () => {
              const session = response.headers['mcp-session-id'];
              resolve({
                status: response.statusCode ?? 0,
                session: typeof session === 'string' ? session : undefined,
                text,
              });
            });
          },
        );
        outgoing.once('error', reject);
        outgoing.end(method === 'GET' ? undefined : JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }));
      }),
    workerPids: () => childrenOf(child.pid ?? 0),
  };
}

const toolCall = (name: string) => ({ method: 'tools/call', params: { name, arguments: {} } });
const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

type FoundEvent = { readonly id: string; readonly name?: string; readonly outcome?: string; readonly session?: string };
function eventsOf(running: Running, filter: string): readonly FoundEvent[] {
  const found = gatebook('events', 'search', '--config', running.config, '--json', '--filter', filter);
  assert.equal(found.status, 0, found.stderr);
  return found.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FoundEvent);
}
const shardOf = ({ id }: FoundEvent): string => id.split(':')[0] ?? '';

function verify(running: Running, shard: string, keys: string): void {
  const directory = join(running.folder, 'data', 'ledger', shard);
  const verified = gatebook(
    'ledger',
    'verify',
    directory,
    '--vkey',
    join(directory, 'log.vkey'),
    '--keys',
    join(running.folder, 'data', keys),
  );
  assert.equal(verified.status, 0, `${shard}: ${verified.stdout}${verified.stderr}`);
}

const LINUX = process.platform === 'linux' ? false : 'reads /proc, which this system does not have';

test('two workers write two books, found, counted and proved as one', { skip: LINUX }, async (t) => {
  const running = await start(t);
  for (let at = 0; at < 8; at += 1) assert.equal((await running.call('web', toolCall('find'))).status, 200);

  await t.test('events of both are found together, newest first', () => {
    const events = eventsOf(running, 'name eq "find"');
    assert.equal(events.length, 8);
    assert.deepEqual(new Set(events.map(shardOf)), new Set(['a', 'a-2']));
  });

  await t.test('the metrics are those of both workers', async () => {
    const text = await (await fetch(running.metricsUrl)).text();
    const counted = /gatebook_calls_total\{[^}]*connection="web"[^}]*outcome="ok"[^}]*\} (\d+)/.exec(text)?.[1];
    assert.equal(counted, '8');
    for (const shard of ['a', 'a-2'])
      assert.match(text, new RegExp(`gatebook_ledger_commits_total\\{shard="${shard}"\\} \\d`));
  });

  await t.test('a reload reaches both', async () => {
    writeFileSync(
      running.config,
      readFileSync(running.config, 'utf8').replace('allow: ["*"]', 'allow: ["tools/call:other"]'),
    );
    running.child.kill('SIGHUP');
    for (const worker of [1, 2]) await running.line((line) => line.worker === worker && /reloaded/.test(line.msg));
    for (let at = 0; at < 4; at += 1) assert.match((await running.call('web', toolCall('find'))).text, /denied/);
  });

  await t.test('a clean stop ends all with code 0, and both books verify with their keys', async () => {
    running.child.kill('SIGTERM');
    assert.equal(await running.ended, 0);
    verify(running, 'a', 'keys');
    verify(running, 'a-2', 'keys/a-2');
  });
});

test('a stream of a server without sessions is resumed from every connection', { skip: LINUX }, async (t) => {
  const running = await start(t);
  running.server.answering = (seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (seen.method === 'POST') response.end('id: first\ndata: \n\n');
    else
      response.end(
        `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { after: seen.headers['last-event-id'] } })}\n\n`,
      );
  };
  for (let turn = 0; turn < 2; turn += 1) {
    const polled = await running.call('web', toolCall('find'));
    const id = /^id: (w[12]-\S+)$/m.exec(polled.text)?.[1] ?? assert.fail(polled.text);
    for (let at = 0; at < 3; at += 1) {
      const resumed = await running.call('web', {}, { accept: 'text/event-stream', 'last-event-id': id }, 'GET');
      assert.match(`${resumed.status} ${resumed.text}`, /^200 .*"after":"first"/s);
    }
  }
});

test(
  'a legacy session and a server that is a process are the same from every connection',
  { skip: LINUX },
  async (t) => {
    const running = await start(t);
    running.server.answering = (seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'of-the-server' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: seen.message?.id, result: {} }));
    };
    for (let session = 0; session < 2; session += 1) {
      const begun = await running.call('web', INITIALIZE);
      assert.ok(begun.session, begun.text);
      for (let at = 0; at < 4; at += 1) {
        const reply = await running.call('web', toolCall('in_session'), { 'mcp-session-id': begun.session });
        assert.equal(reply.status, 200, reply.text);
      }
    }
    const events = eventsOf(running, 'name eq "in_session"');
    assert.deepEqual(
      [...Map.groupBy(events, ({ session }) => session).values()].map((calls) => [
        calls.length,
        new Set(calls.map(shardOf)).size,
      ]),
      [
        [4, 1],
        [4, 1],
      ],
    );

    const pids = new Set<number>();
    for (let at = 0; at < 4; at += 1) {
      const reply = await running.call('process', { method: 'echo', params: {} });
      pids.add((JSON.parse(reply.text.replace(/^data: /m, '')) as { result: { pid: number } }).result.pid);
    }
    assert.equal(pids.size, 1, 'one process of the server for one caller');
  },
);

test(
  'a worker that is killed is started again, its open call is closed as orphan, and the other never stops',
  { skip: LINUX },
  async (t) => {
    const running = await start(t);
    const hanging = Promise.withResolvers<void>();
    const answering = running.server.answering;
    running.server.answering = () => hanging.resolve();
    const lost = running.call('web', toolCall('lost')).then(
      () => 'answered',
      () => 'cut',
    );
    await hanging.promise;
    running.server.answering = answering;
    const [open] = await until(() => {
      const found = eventsOf(running, 'name eq "lost"');
      return found.length === 0 ? undefined : found;
    });
    const number = open !== undefined && shardOf(open) === 'a' ? 1 : 2;
    const pids = running.workerPids();
    assert.equal(pids.length, 2);
    const victim = pids.find((pid) =>
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`GATEBOOK_WORKER=${number}\0`),
    );
    process.kill(victim ?? 0, 'SIGKILL');
    assert.equal(await lost, 'cut');
    for (let at = 0; at < 6; at += 1) assert.equal((await running.call('web', toolCall('meanwhile'))).status, 200);
    await until(() =>
      running.lines.filter((line) => line.worker === number && line.msg === 'ready').length === 2 ? true : undefined,
    );
    await until(() => (eventsOf(running, 'name eq "lost" and outcome eq "orphan"').length === 1 ? true : undefined));
  },
);

test('what one worker is told to take away is gone at both', { skip: LINUX }, async (t) => {
  const running = await start(t);
  for (let at = 0; at < 4; at += 1) assert.equal((await running.call('web', toolCall('find'))).status, 200);
  const admin = await running.issuer.sign({
    ver: 1,
    aud: 'https://team.test/api',
    cid: 'console',
    sub: 'ada@example.com',
    uid: '00u1',
    groups: ['admins'],
  });
  const revoked = await fetch(`${running.url}/api/v1/revocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: 'caller', issuer: running.issuer.url, subject: 'robot', reason: 'left the team' }),
  });
  assert.equal(revoked.status, 201, await revoked.text());
  let refused = 0;
  for (let at = 0; at < 500 && refused < 4; at += 1)
    refused = (await running.call('web', toolCall('find'))).status === 401 ? refused + 1 : 0;
  assert.equal(refused, 4, 'four connections in a row, so both workers');
});

test('workers whose primary is killed end by themselves, and their books are whole', { skip: LINUX }, async (t) => {
  const running = await start(t);
  assert.equal((await running.call('web', toolCall('find'))).status, 200);
  const pids = running.workerPids();
  running.child.kill('SIGKILL');
  await running.ended;
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await until(() => (pids.every(isGone) ? true : undefined));
  verify(running, 'a', 'keys');
  verify(running, 'a-2', 'keys/a-2');
});

test('a second gateway on the same data directory is refused with exit code 3', { skip: LINUX }, async (t) => {
  const running = await start(t);
  const other = join(running.folder, 'other.yaml');
  writeFileSync(
    other,
    readFileSync(running.config, 'utf8').replace(
      /listen: 127\.0\.0\.1:\d+, workers/,
      `listen: 127.0.0.1:${await freePort()}, workers`,
    ),
  );
  assert.equal(gatebook('serve', '--config', other).status, 3);
  assert.equal((await running.call('web', toolCall('find'))).status, 200);
});

test(
  'a task made at one worker is its caller’s at the other too, and after both were killed',
  { skip: LINUX },
  async (t) => {
    const running = await start(t);
    let made = 0;
    running.server.answering = ({ message }, response) => {
      const isCall = message?.method === 'tools/call';
      if (isCall) made += 1;
      const result = isCall
        ? { task: { taskId: `task-${made}`, status: 'working' } }
        : { of: message?.params?.['taskId'] };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result }));
    };
    const asked = async (taskId: string): Promise<string> =>
      (await running.call('web', { method: 'tasks/get', params: { taskId } })).text;
    const TURNS = [1, 2, 3, 4];
    for (const turn of TURNS) {
      await running.call('web', toolCall('get_note'));
      // The next connection goes to the next worker.
      for (const _worker of [1, 2]) assert.match(await asked(`task-${turn}`), new RegExp(`"of":"task-${turn}"`));
    }
    assert.match(await asked('task-99'), /unknown_task/);
    const before = running.workerPids();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await until(() => {
      const now = running.workerPids();
      return now.length === 2 && now.every((pid) => !before.includes(pid)) ? true : undefined;
    });
    // A worker that is being started again takes no connections yet.
    const again = async (taskId: string): Promise<string> => {
      for (let turn = 0; turn < 500; turn += 1) {
        const text = await asked(taskId).catch(() => '');
        if (/"of"|unknown_task/.test(text)) return text;
        await new Promise((wake) => setTimeout(wake, 20));
      }
      return 'no answer';
    };
    for (const turn of TURNS) assert.match(await again(`task-${turn}`), new RegExp(`"of":"task-${turn}"`));
  },
);

test('a decision at one worker wakes those who watch at the others', { skip: LINUX }, async (t) => {
  const running = await start(t);
  const token = await running.issuer.sign({
    ver: 1,
    aud: 'https://team.test/api',
    cid: 'console',
    sub: 'lena',
    uid: 'lena',
    groups: ['approvers'],
  });
  const authorization = `Bearer ${token}`;
  // Of streams that stay open each goes to the next worker in turn.
  const watchers = await Promise.all(Array.from({ length: 4 }, () => watchApprovals(running.url, { authorization })));
  t.after(() => watchers.forEach((watcher) => watcher.leave()));
  await running.call('web', toolCall('drop_table'));
  await Promise.all(watchers.map((watcher) => watcher.has(1)));
  const id = watchers[0]?.told[0]?.approval.id;
  const decided = await fetch(`${running.url}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ decision: 'deny' }),
  });
  assert.equal(decided.status, 200);
  await Promise.all(watchers.map((watcher) => watcher.has(2)));
  for (const { told } of watchers)
    assert.deepEqual(
      told.map(({ approval }) => approval.state),
      ['pending', 'denied'],
    );
});
